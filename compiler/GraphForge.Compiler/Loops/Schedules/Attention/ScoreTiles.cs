namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>
/// Scratch memory for the local values of a block of rows. A score of row r and key k stands at k · width + r, so that lanes run
/// along rows: a reduction of rows never crosses lanes, and keys and values are read where they lie, one number at a time. Scores
/// of few rows stand row after row.
/// </summary>
internal sealed class ScoreTiles
{
    private readonly ScoreDomain _scores;
    private readonly long _keys;
    private readonly bool _rowAfterRow;
    private readonly Dictionary<LoopBuffer, LoopBuffer> _places = [];

    /// <param name="definition">The kernel.</param>
    /// <param name="width">Rows of a block, filled up to whole vectors.</param>
    /// <param name="keys">Most keys of a block.</param>
    /// <param name="rowAfterRow">Whether lanes run along keys.</param>
    public ScoreTiles(KernelDefinition definition, long width, long keys, bool rowAfterRow = false)
    {
        (_scores, Width, _keys, _rowAfterRow) = (definition.Scores!, width, keys, rowAfterRow);
        Offset = new LoopVar("offset", width);
        var lastUse = new Dictionary<LoopBuffer, int>();
        foreach (var (i, store) in definition.Stores.Index())
            foreach (var load in Loads.Of(store.Value)) lastUse[load.Buffer] = i;
        var free = new List<LoopBuffer>();
        foreach (var (i, store) in definition.Stores.Index())
        {
            // A value may take the place of one that is read for the last time to compute it: both are of the same score.
            foreach (var ending in Loads.Of(store.Value).Select(l => l.Buffer).Distinct().Where(b => lastUse[b] == i && _places.ContainsKey(b)))
                free.Add(_places[ending]);
            if (_scores.Locals.Contains(store.Buffer)) _places[store.Buffer] = Take(store, free);
        }
    }

    /// <summary>Places for rows; elements from one key to the next where rows are lanes.</summary>
    public long Width { get; }

    /// <summary>Stands for a row within the block.</summary>
    public LoopVar Offset { get; }

    public IEnumerable<Allocate> Allocations() => _places.Values.Distinct().Select(b => new Allocate(b, BufferPlace.Scratch));

    /// <summary>Where a local value of a row within the block, and of a key, stands.</summary>
    public (LoopBuffer Buffer, IndexExpr Index) Place(LoopBuffer local, IndexExpr offset, IndexExpr key)
    {
        var buffer = _places[local];
        return (buffer, buffer.Count == Width ? offset : _rowAfterRow ? offset * _keys + key : key * Width + offset);
    }

    /// <summary>The value of a block whose rows and keys stand at the given positions, local values read from scratch.</summary>
    public Expr InBlock(Expr value, IReadOnlyDictionary<LoopVar, IndexExpr> positions) => value.Rewrite(e =>
        e is LoadExpr load && _scores.Locals.Contains(load.Buffer) ? Read(load.Buffer) : e.MapIndices(i => i.Substitute(positions)));

    private LoadExpr Read(LoopBuffer local)
    {
        var (buffer, index) = Place(local, Offset, _scores.Key);
        return new LoadExpr(buffer, index);
    }

    private LoopBuffer Take(StoreDefinition store, List<LoopBuffer> free)
    {
        var count = _scores.IsMatrix(store) ? _keys * Width : Width;
        var found = free.Find(b => b.Type == store.Buffer.Type && b.Count == count);
        if (found is null) return new LoopBuffer(store.Buffer.Name, store.Buffer.Type, count);
        free.Remove(found);
        return found;
    }
}
