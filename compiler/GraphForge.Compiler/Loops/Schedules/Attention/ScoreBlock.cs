using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>Rows in neighbouring lanes.</summary>
/// <param name="Lane">The lane variable; null for one row.</param>
/// <param name="Offset">Which rows of the block.</param>
/// <param name="Slot">Number of the vector.</param>
internal sealed record RowVector(LoopVar? Lane, IndexExpr Offset, int Slot)
{
    public Statement Run(Statement body) => Lane is null ? body : new For(Lane, LoopKind.Vector, body);
}

/// <summary>Neighbouring rows or keys.</summary>
internal sealed record ScoreRange(IndexExpr First, long Count);

/// <summary>A block of rows, and some keys or all, that a task works on, and what its passes share. Keys are counted from its first.</summary>
/// <param name="Definition">The kernel.</param>
/// <param name="Tiles">Its local values.</param>
/// <param name="Target">The processor.</param>
/// <param name="Lanes">Elements of a register.</param>
/// <param name="RowRange">Rows of the block.</param>
/// <param name="KeyRange">Keys of the block.</param>
/// <param name="KeyEnd">
/// A multiple of <see cref="TileKeys"/>, perhaps beyond the last key: no row of the block needs keys from there on. Null where all
/// are needed.
/// </param>
internal sealed record ScoreBlock(
    KernelDefinition Definition, ScoreTiles Tiles, CpuTarget Target, int Lanes, ScoreRange RowRange, ScoreRange KeyRange, IndexExpr? KeyEnd)
{
    public ScoreDomain Scores => Definition.Scores!;

    public long Keys => KeyRange.Count;

    public long Rows => RowRange.Count;

    /// <summary>Keys of a register tile: with two vectors, enough sums to hide the latency of an addition.</summary>
    public static long TileKeys(CpuTarget target) => target.VectorRegisters == 32 ? 8 : 4;

    /// <summary>Vectors of a register tile along the other axis.</summary>
    public const int TileVectors = 2;

    /// <summary>The rows as vectors, the last one with as many lanes as there are rows left.</summary>
    public IReadOnlyList<RowVector> Vectors() => Enumerable.Range(0, (int)((Rows + Lanes - 1) / Lanes)).Select(v =>
    {
        var lane = new LoopVar("lane", Math.Min(Lanes, Rows - v * Lanes), isLane: true);
        return new RowVector(lane, (IndexExpr)(v * Lanes) + lane, v);
    }).ToArray();

    /// <summary>A value for row <see cref="ScoreTiles.Offset"/>, for given rows and keys to be put in.</summary>
    public Expr Value(Expr value) => Tiles.InBlock(value, Positions);

    /// <summary>Rows and keys of the whole matrix by those of the block.</summary>
    private Dictionary<LoopVar, IndexExpr> Positions => new()
    {
        [Scores.Row] = RowRange.First + Tiles.Offset,
        [Scores.Key] = KeyRange.First + Scores.Key,
    };

    /// <summary>A block's value at given rows and, where it depends on one, at a given key.</summary>
    public Expr At(Expr value, IndexExpr offset, IndexExpr? key = null) => value.Substitute(Places(offset, key));

    public IndexExpr At(IndexExpr index, IndexExpr offset, IndexExpr? key = null) => index
        .Substitute(Positions).Substitute(Places(offset, key));

    private Dictionary<LoopVar, IndexExpr> Places(IndexExpr offset, IndexExpr? key)
    {
        var values = new Dictionary<LoopVar, IndexExpr> { [Tiles.Offset] = offset };
        if (key is not null) values[Scores.Key] = key;
        return values;
    }

    /// <summary>Whether rows can be lanes in all of these values, which are of a block.</summary>
    public bool FitsLanes(IEnumerable<Expr> values) => LaneAnalysis.LanesFor(values, Tiles.Offset, Target.VectorBytes) == Lanes;

    /// <summary>One key after the other, as far as the block needs them.</summary>
    public Statement OverKeys(Func<IndexExpr, Statement> body, string note)
    {
        var key = new LoopVar("key", Keys);
        return new For(key, LoopKind.Serial, body(key), KeyEnd, note);
    }

    /// <summary>Register tiles of some keys each, then a smaller one for the keys left.</summary>
    /// <param name="body">Makes a tile from its first key and its number of keys.</param>
    /// <param name="note">For the reader of the generated code.</param>
    public Statement OverKeyTiles(Func<IndexExpr, long, Statement> body, string note)
    {
        var height = TileKeys(Target);
        var (whole, rest) = Math.DivRem(Keys, height);
        var statements = new List<Statement>();
        if (whole > 0)
        {
            var tile = new LoopVar("tile", whole);
            statements.Add(new For(tile, LoopKind.Serial, body((IndexExpr)tile * height, height), KeyEnd is null ? null : KeyEnd / height, note));
        }
        if (rest == 0) return Block.Of(statements);
        var last = body(whole * height, rest);
        statements.Add(KeyEnd is null ? last : When(KeyEnd, whole * height + 1, KeyEnd.Maximum + 1, last));
        return Block.Of(statements);
    }

    /// <summary>Runs <paramref name="body"/> where low ≤ index &lt; high, without a test where that is certain either way.</summary>
    public static Statement When(IndexExpr index, long low, long high, Statement body) => InBoundsExpr.Of(index, low, high) switch
    {
        ConstantExpr { Value.AsBool: true } => body,
        ConstantExpr => Block.Of(),
        var condition => new If(condition, body),
    };
}
