using GraphForge.Compiler.Emit.Targets;
using GraphForge.Runtime;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// A copy in another order of axes, perhaps a padded one. What are neighbours in the result lies far apart in the operand, but along some
/// other axis the operand has neighbours: squares as wide as a vector are turned over in registers, in place of gathering vectors element
/// by element.
/// </summary>
/// <param name="source">What is copied.</param>
/// <param name="store">Where to.</param>
/// <param name="across">Axis along which the operand has neighbours; none of it is padding.</param>
/// <param name="inner">Axis along which the result has neighbours.</param>
/// <param name="lanes">Elements of a register.</param>
internal sealed class TransposedCopy(PaddedLoad source, StoreDefinition store, LoopVar across, LoopVar inner, int lanes)
{
    /// <summary>Null for kernels of any other form.</summary>
    public static LoopKernel? Build(KernelDefinition definition, CpuTarget target)
    {
        if (definition.Serial is not null || definition.Stores is not [{ Combine: null } whole]) return null;
        var (axes, values) = AxisCollapse.Of(definition.Rows, [whole.Index, .. AxisCollapse.IndicesOf(whole.Value)], "i");
        var store = whole.Substitute(axes, values);
        if (axes.Count < 2 || PaddedLoad.Of(store.Value) is not { } source || !IsPlain(source.Load.Index) || !IsPlain(store.Index)) return null;
        var (load, inner) = (source.Load, axes[^1]);
        if (load.Buffer.Type != store.Buffer.Type || load.Buffer.Type is not (DType.Float32 or DType.Float64)) return null;
        if (load.Index.Coefficient(inner) <= 1 || store.Index.Coefficient(inner) != 1 || source.Bounds.Count == 0 && !load.IsInside) return null;
        var lanes = target.VectorBytes / load.Type.Size();
        var across = axes.SkipLast(1).FirstOrDefault(v => load.Index.Coefficient(v) == 1 && store.Index.Coefficient(v) > 0);
        if (across is null || across.Extent < lanes || source.Inside(across) != (0, across.Extent)) return null;
        if (source.Inside(inner) is not var (low, high) || high - low < lanes) return null;
        LoopVar[] rows = [.. axes.SkipLast(1).Where(v => v != across), new("band", CeilingDivide(across.Extent, lanes))];
        var work = new TransposedCopy(source, store, across, inner, lanes).Band(rows[^1], low, high);
        return TaskLoop.OverRows(definition, rows, before: null, work, (double)lanes * inner.Extent, lanes);
    }

    private static bool IsPlain(IndexExpr index) => index.Terms.All(t => t.Atom is LoopVar);

    /// <summary>A vector along the axis across, the last of which may be narrower.</summary>
    private Block Band(LoopVar band, long low, long high)
    {
        var columns = across.Extent % lanes == 0 ? lanes : across.Extent - (IndexExpr)band * lanes;
        var square = new LoopVar("square", (high - low) / lanes);
        Statement turned = new For(square, LoopKind.Serial, Turn((IndexExpr)square * lanes + low), note: "Squares of a vector by a vector, turned over.");
        // The last square overlaps the one before it where squares do not divide the axis.
        if ((high - low) % lanes > 0) turned = Block.Of(turned, Turn(high - lanes));
        return source.Bounds.Count == 0 ? Block.Of(turned) : Block.Of(Filled(), source.Guarded(inner, turned));

        Transpose Turn(IndexExpr first)
        {
            var place = new Dictionary<LoopVar, IndexExpr> { [across] = (IndexExpr)band * lanes, [inner] = first };
            return new Transpose(
                new MatrixPlace(store.Buffer, store.Index.Substitute(place), store.Index.Coefficient(across)),
                new MatrixPlace(source.Load.Buffer, source.Load.Index.Substitute(place), source.Load.Index.Coefficient(inner)), lanes, columns);
        }

        For Filled()
        {
            var column = new LoopVar("column", lanes);
            var rows = VectorLoop.Build(inner, lanes, (_, at) => new Store(
                store.Buffer, store.Index.Substitute(new Dictionary<LoopVar, IndexExpr>(at) { [across] = (IndexExpr)band * lanes + column }), source.Fill));
            return new For(column, LoopKind.Serial, rows, columns.IsConstant ? null : columns, "Padding, which squares leave where it is.");
        }
    }
}
