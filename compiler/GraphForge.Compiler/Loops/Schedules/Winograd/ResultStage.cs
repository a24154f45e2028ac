using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Winograd;

/// <summary>Transforms products back and stores the kernel's values, which may go on computing elementwise.</summary>
/// <param name="shape">The kernel.</param>
/// <param name="products">Scratch memory, [product, row, column].</param>
/// <param name="rows">Rows of a task.</param>
/// <param name="columns">Columns of a task, along the vector axis.</param>
/// <param name="pitch">Elements from a row of the products to the next.</param>
/// <param name="target">The processor.</param>
internal sealed class ResultStage(WinogradShape shape, LoopBuffer products, long rows, long columns, long pitch, Emit.Targets.CpuTarget target)
{
    private readonly TransformSweep _sweep = new(shape.Back, products.Type, shape.Lanes);
    private readonly LoopBuffer _result = new("result", products.Type, shape.Lanes);
    private readonly bool _fitsLanes = LaneAnalysis.LanesFor(
        shape.Stores.Select(s => s.Value.Replace(shape.Root, new LoadExpr(new LoopBuffer("value", products.Type, shape.Vector.Extent), shape.Vector))),
        shape.Vector, target.VectorBytes) == shape.Lanes;

    public IEnumerable<Statement> Allocate() => [.. _sweep.Allocate(), .. _fitsLanes ? [] : new[] { new Allocate(_result, BufferPlace.Scratch) }];

    /// <param name="row">The variable of the loop over rows to be.</param>
    /// <param name="count">Rows there are, or null for all.</param>
    /// <param name="at">Result variables but the vector axis, by a row of each transform.</param>
    /// <param name="firstColumn">First column of the task.</param>
    public Statement Build(LoopVar row, IndexExpr? count, Func<IndexExpr[], Dictionary<LoopVar, IndexExpr>> at, IndexExpr firstColumn) =>
        new For(row, LoopKind.Serial, VectorRuns.Each(columns, shape.Lanes, (from, active) => _sweep.Build(
            active.Extent, active.Extent,
            (a, lane) => new LoadExpr(products, (Product(a) * rows + row) * pitch + from + lane),
            (positions, lane, value) => Guarded(at(positions), values => _fitsLanes
                ? new For(lane, LoopKind.Vector, Stores(new Dictionary<LoopVar, IndexExpr>(values) { [shape.Vector] = firstColumn + from + lane }, value))
                : OneByOne(values, firstColumn + from, lane, value)))),
            count, note: "Transform the products back.");

    private IndexExpr Product(IndexExpr[] columns) => columns.Zip(shape.Back).Aggregate(IndexExpr.Zero, (index, c) => index * c.Second.Columns + c.First);

    /// <summary>The last tile of an axis may reach beyond it.</summary>
    private Statement Guarded(Dictionary<LoopVar, IndexExpr> values, Func<Dictionary<LoopVar, IndexExpr>, Statement> store) =>
        values.Select(v => InBoundsExpr.Of(v.Value, 0, v.Key.Extent)).Where(g => g is not ConstantExpr).Aggregate(store(values), (body, guard) => new If(guard, body));

    private Block Stores(IReadOnlyDictionary<LoopVar, IndexExpr> values, Expr value) => Block.Of(shape.Stores.Select(s =>
        new Store(s.Buffer, s.Index.Substitute(values), s.Value.Replace(shape.Root, value).Substitute(values))));

    /// <summary>Values of other widths than the products' are computed lane by lane.</summary>
    private Block OneByOne(Dictionary<LoopVar, IndexExpr> values, IndexExpr column, LoopVar lane, Expr value)
    {
        var element = new LoopVar("element", lane.Extent);
        return Block.Of(
            new For(lane, LoopKind.Vector, new Store(_result, lane, value)),
            new For(element, LoopKind.Serial, Stores(new Dictionary<LoopVar, IndexExpr>(values) { [shape.Vector] = column + element }, new LoadExpr(_result, element))));
    }
}
