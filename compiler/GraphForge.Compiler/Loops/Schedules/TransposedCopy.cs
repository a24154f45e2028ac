using GraphForge.Compiler.Emit.Targets;
using GraphForge.Runtime;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// A copy in another order of axes. What are neighbours in the result lies far apart in the operand, but along some other axis the
/// operand has neighbours: squares as wide as a vector are turned over in registers, in place of gathering vectors element by element.
/// </summary>
internal static class TransposedCopy
{
    /// <summary>Null for kernels of any other form.</summary>
    public static LoopKernel? Build(KernelDefinition definition, CpuTarget target)
    {
        if (definition.Serial is not null || definition.Stores is not [{ Combine: null, Value: LoadExpr } whole]) return null;
        var (axes, values) = AxisCollapse.Of(definition.Rows, [whole.Index, .. whole.Value.Indices], "i");
        var store = whole.Substitute(axes, values);
        var load = (LoadExpr)store.Value;
        if (load.Buffer.Type != store.Buffer.Type || load.Buffer.Type is not (DType.Float32 or DType.Float64) || !load.IsInside) return null;
        if (axes.Count < 2 || !IsPlain(load.Index) || !IsPlain(store.Index) || store.Index.Coefficient(axes[^1]) != 1) return null;
        var lanes = target.VectorBytes / load.Type.Size();
        var across = axes.SkipLast(1).FirstOrDefault(v => load.Index.Coefficient(v) == 1 && store.Index.Coefficient(v) > 0);
        return across is null || across.Extent < lanes || axes[^1].Extent < lanes || load.Index.Coefficient(axes[^1]) <= 1
            ? null
            : Build(definition, axes, across, store, lanes);
    }

    private static bool IsPlain(IndexExpr index) => index.Terms.All(t => t.Atom is LoopVar);

    /// <summary>Rows of work are bands of a vector along <paramref name="across"/>; a last one may be narrower.</summary>
    private static LoopKernel Build(KernelDefinition definition, IReadOnlyList<LoopVar> axes, LoopVar across, StoreDefinition store, int lanes)
    {
        var (inner, load) = (axes[^1], (LoadExpr)store.Value);
        var band = new LoopVar("band", CeilingDivide(across.Extent, lanes));
        var left = across.Extent % lanes == 0 ? lanes : across.Extent - (IndexExpr)band * lanes;
        var square = new LoopVar("square", inner.Extent / lanes);
        var place = new Dictionary<LoopVar, IndexExpr> { [across] = (IndexExpr)band * lanes, [inner] = (IndexExpr)square * lanes };
        var turn = new Transpose(
            new MatrixPlace(store.Buffer, store.Index.Substitute(place), store.Index.Coefficient(across)),
            new MatrixPlace(load.Buffer, load.Index.Substitute(place), load.Index.Coefficient(inner)), lanes, left);
        Statement work = new For(square, LoopKind.Serial, turn, note: "Squares of a vector by a vector, turned over.");
        if (inner.Extent % lanes > 0) work = Block.Of(work, Rest(across, inner, store, lanes, band, left));
        LoopVar[] rows = [.. axes.SkipLast(1).Where(v => v != across), band];
        return TaskLoop.OverRows(definition, rows, before: null, work, (double)lanes * inner.Extent, lanes);
    }

    /// <summary>What no whole square has, element by element.</summary>
    private static For Rest(LoopVar across, LoopVar inner, StoreDefinition store, int lanes, LoopVar band, IndexExpr left)
    {
        var (column, element) = (new LoopVar("column", lanes), new LoopVar("element", inner.Extent % lanes));
        var place = new Dictionary<LoopVar, IndexExpr>
        {
            [across] = (IndexExpr)band * lanes + column,
            [inner] = (IndexExpr)element + inner.Extent / lanes * lanes,
        };
        var copy = new Store(store.Buffer, store.Index.Substitute(place), store.Value.Substitute(place));
        return new For(column, LoopKind.Serial, new For(element, LoopKind.Serial, copy), left.IsConstant ? null : left);
    }
}
