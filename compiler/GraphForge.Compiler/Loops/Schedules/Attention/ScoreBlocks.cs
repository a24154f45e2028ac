using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>The statements for the blocks of rows of a kernel.</summary>
internal sealed class ScoreBlocks
{
    private readonly KernelDefinition _definition;
    private readonly CpuTarget _target;
    private readonly int _lanes;
    private readonly long _blockRows;
    private readonly IReadOnlySet<LoopBuffer> _turned;
    private readonly ScoreTiles _tiles;
    private readonly IndexExpr? _limit;
    private readonly Dictionary<StoreDefinition, LoopBuffer> _totals;

    /// <param name="definition">The kernel.</param>
    /// <param name="target">The processor.</param>
    /// <param name="lanes">Elements of a register.</param>
    /// <param name="blockRows">Rows of a block.</param>
    /// <param name="blockKeys">Keys of a block.</param>
    public ScoreBlocks(KernelDefinition definition, CpuTarget target, int lanes, long blockRows, long blockKeys)
    {
        (definition, _turned) = ScorePreparation.Of(definition, lanes, target.VectorBytes);
        (_definition, _target, _lanes, _blockRows) = (definition, target, lanes, blockRows);
        _limit = KeyLimit.Of(definition);
        _tiles = new ScoreTiles(definition, (blockRows + lanes - 1) / lanes * lanes, blockKeys);
        var scores = definition.Scores!;
        _totals = definition.Stores.Where(s => ScoreSum.IsOfKeys(s, scores)).ToDictionary(s => s,
            s => new LoopBuffer($"{s.Buffer.Name}_sum", ScorePass.ReductionIn(s)!.Type, blockKeys * s.Domain[^1].Extent));
    }

    /// <summary>Work of a row, in units of <see cref="Cost"/>.</summary>
    public double Work => _definition.Scores!.Key.Extent * _definition.Stores.Sum(s =>
        ScorePass.ReductionIn(s) is { Body: BinaryExpr } sum ? sum.ReducedVariables.Aggregate(1.0, (p, v) => p * v.Extent) : 8) / _lanes;

    /// <summary>A limit on the keys of a row makes blocks of unlike work.</summary>
    public bool IsUneven => _limit is not null;

    /// <summary>One block of rows; the last one may have fewer.</summary>
    public Statement Build(IndexExpr block, ScoreRange keys)
    {
        var rows = _definition.Scores!.Row.Extent;
        var (whole, rest) = Math.DivRem(rows, _blockRows);
        return Block.Of(
            ScoreBlock.When(block, 0, whole, Of(new ScoreRange(block * _blockRows, _blockRows), keys)),
            rest == 0 ? Block.Of() : ScoreBlock.When(block, whole, whole + 1, Of(new ScoreRange(whole * _blockRows, rest), keys)));
    }

    public IEnumerable<Statement> Allocations() => _tiles.Allocations();

    /// <summary>All blocks that share keys, between clearing the sums of keys and storing them.</summary>
    public Statement WithTotals(ScoreRange keys, Statement blocks) => Block.Of(
    [
        .. _totals.Values.Select(t => new Allocate(t, BufferPlace.Scratch)),
        .. _totals.Values.Select(t => ScoreSum.Clear(t, _lanes)),
        blocks,
        .. _totals.Select(t => ScoreSum.Finish(t.Key, _definition.Scores!.Key, keys, t.Value, _lanes)),
    ]);

    private Statement Of(ScoreRange rows, ScoreRange keys)
    {
        var scores = _definition.Scores!;
        var height = ScoreBlock.TileKeys(_target);
        var end = _limit is null ? null : _limit.Substitute(new Dictionary<LoopVar, IndexExpr> { [scores.Row] = rows.First + (rows.Count - 1) }) - keys.First;
        var block = new ScoreBlock(_definition, _tiles, _target, _lanes, rows, keys, end is null ? null : (end + (height - 1)) / height * height);
        var statements = new List<Statement>();
        for (var i = 0; i < _definition.Stores.Count;)
        {
            var pass = ScorePass.Length(_definition.Stores, i, scores, _turned);
            statements.Add(pass > 0
                ? ScorePass.Build(block, [.. _definition.Stores.Skip(i).Take(pass)])
                : Single(block, _definition.Stores[i]));
            i += Math.Max(1, pass);
        }
        // Rows before all of the keys have nothing to do with them.
        return end is null || keys.First.IsConstant ? Block.Of(statements) : ScoreBlock.When(end, 1, end.Maximum + 1, Block.Of(statements));
    }

    private static Statement Turned(ScoreBlock block, StoreDefinition store)
    {
        var (buffer, first) = block.Tiles.Place(store.Buffer, 0, 0);
        return new TurnedRows(block, block.Scores.Key, buffer).Build(block.Value(store.Value), first, block.KeyEnd, "Lanes along rows for what lies along keys.");
    }

    private Statement Single(ScoreBlock block, StoreDefinition store) =>
        _turned.Contains(store.Buffer) ? Turned(block, store)
        : block.Scores.IsMatrix(store) ? ScoreContraction.Build(block, store)
        : store.Domain[^1] == block.Scores.Row ? RowValue(block, store)
        : _totals.TryGetValue(store, out var total) ? ScoreSum.OfKeys(block, store, total)
        : ScoreSum.OfRows(block, store);

    /// <summary>A value of each row of the block.</summary>
    private static Statement RowValue(ScoreBlock block, StoreDefinition store)
    {
        var value = block.Value(store.Value);
        var isLocal = block.Scores.Locals.Contains(store.Buffer);
        if (block.FitsLanes([value])) return Block.Of(block.Vectors().Select(v => v.Run(At(v.Offset))));
        var offset = new LoopVar("offset", block.Rows);
        return new For(offset, LoopKind.Serial, At(offset));

        Store At(IndexExpr rows)
        {
            var (buffer, index) = isLocal ? block.Tiles.Place(store.Buffer, rows, 0) : (store.Buffer, block.At(store.Index, rows));
            return new Store(buffer, index, block.At(value, rows));
        }
    }
}
