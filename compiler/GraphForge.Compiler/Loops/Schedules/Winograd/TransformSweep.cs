using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Winograd;

/// <summary>
/// Carries out one or two nested transforms for a vector of lanes: the inner one for every column of the outer one, into scratch
/// memory, then the outer one for every row of the inner.
/// </summary>
/// <param name="transforms">The outer one first.</param>
/// <param name="type">Element type.</param>
/// <param name="lanes">Elements of a register.</param>
internal sealed class TransformSweep(IReadOnlyList<Transform> transforms, DType type, int lanes)
{
    private readonly LoopBuffer _between = new("between", type, transforms.Count == 1 ? 0 : (long)transforms[0].Columns * transforms[1].Rows * lanes);

    public IEnumerable<Statement> Allocate() => transforms.Count == 1 ? [] : [new Allocate(_between, BufferPlace.Scratch)];

    /// <param name="active">Lanes that hold a value; the others are zero.</param>
    /// <param name="stored">Lanes that <paramref name="store"/> is given: those that hold a value, or all.</param>
    /// <param name="core">What is transformed, by a column of each transform.</param>
    /// <param name="store">What becomes of a value in a register, by a row of each transform.</param>
    public Statement Build(long active, long stored, Func<IndexExpr[], LoopVar, Expr> core, Func<IndexExpr[], LoopVar, Expr, Statement> store)
    {
        if (transforms.Count == 1) return Pass(transforms[0], active, stored, (c, lane) => core([c], lane), (r, lane, y) => store([r], lane, y));
        var (outer, inner) = (transforms[0], transforms[1]);
        var (column, row) = (new LoopVar("column", outer.Columns), new LoopVar("row", inner.Rows));
        return Block.Of(
            new For(column, LoopKind.Serial, Pass(inner, active, lanes, (c, lane) => core([column, c], lane),
                (r, lane, y) => new For(lane, LoopKind.Vector, new Store(_between, Between(column, r) + lane, y)))),
            new For(row, LoopKind.Serial, Pass(outer, lanes, stored, (c, lane) => new LoadExpr(_between, Between(c, row) + lane),
                (r, lane, y) => store([r, row], lane, y))));
    }

    private IndexExpr Between(IndexExpr column, IndexExpr row) => (column * transforms[1].Rows + row) * lanes;

    /// <summary>One transform in registers. Its values are stored afterwards, one by one, since a store may be conditional.</summary>
    private Statement Pass(Transform transform, long active, long stored, Func<int, LoopVar, Expr> x, Func<int, LoopVar, Expr, Statement> store)
    {
        var values = new LoopBuffer("value", type, (long)transform.Rows * lanes);
        var (lane, kept) = (new LoopVar("lane", active, isLane: true), new LoopVar("lane", stored, isLane: true));
        var code = new LinearCode(transform.Matrix, lanes).Build(lane, c => x(c, lane), (r, y) => new Store(values, (IndexExpr)((long)r * lanes) + lane, y));
        return Block.Of([new Allocate(values, BufferPlace.Register, isVector: true), new For(lane, LoopKind.Vector, code),
            .. Enumerable.Range(0, transform.Rows).Select(r => store(r, kept, new LoadExpr(values, (IndexExpr)((long)r * lanes) + kept)))]);
    }
}
