using GraphForge.Compiler.Emit.Targets;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// Rows one after the other; within a row, one pass over the columns for each level of reductions (those that need no other
/// reduction first), then one pass that stores the values per element. What is the same all along a row is computed once, and
/// costly elements that a later pass needs again are kept in scratch memory.
/// </summary>
public static class RowSchedule
{
    public static LoopKernel Build(KernelDefinition definition, CpuTarget target)
    {
        var scope = new RowScope(definition.Rows.Count, target);
        var body = scope.Row(definition.Reductions(), definition.Stores);
        var before = definition.Serial is { Before: var stores } ? scope.Row([], stores) : null;
        var columns = definition.Reductions().Select(r => r.ReducedVariables.Aggregate(1.0, (p, v) => p * v.Extent)).DefaultIfEmpty(1).Max();
        var work = Cost.OfElement(definition.Stores.Where(s => s.Domain.Count > definition.Rows.Count)) * columns +
            Cost.OfElement(definition.Stores);
        return definition.Stores.Any(s => s.Combine is not null)
            ? OverStretches(definition, body, work, scope.Lanes, target)
            : TaskLoop.OverRows(definition, definition.Rows, before, body, work, scope.Lanes);
    }

    /// <summary>A task is a stretch of rows, which are combined into results in memory as they come.</summary>
    private static LoopKernel OverStretches(KernelDefinition definition, Statement row, double work, int lanes, CpuTarget target)
    {
        var (stretches, rows) = (definition.Rows.SkipLast(1).ToArray(), definition.Rows[^1]);
        var cleared = definition.Stores.Where(s => s.Combine is not null).Select(s =>
        {
            var (axes, values) = AxisCollapse.Of(s.Domain.Skip(definition.Rows.Count).ToArray(), [s.Index], "j");
            if (axes.Count == 0) axes = [new LoopVar("j0", 1)];
            var neutral = new ConstantExpr(Reduction.Neutral(s.Combine!.Value, s.Value.Type));
            var width = s.Value.Type.Size() * lanes == target.VectorBytes ? lanes : 1;
            return VectorLoop.Build(axes[^1], width, (_, at) => new Store(s.Buffer, s.Index.Substitute(values).Substitute(at), neutral));
        });
        var body = Block.Of([.. cleared, new For(rows, LoopKind.Serial, row, note: "The rows of a stretch.")]);
        return TaskLoop.OverRows(definition, stretches, null, body, work * rows.Extent, lanes);
    }
}

/// <summary>Builds the statements of a row.</summary>
/// <param name="rowAxes">Number of leading variables of every store, which name the row.</param>
/// <param name="target">Decides the width of vectors.</param>
internal sealed class RowScope(int rowAxes, CpuTarget target)
{
    /// <summary>Widest lane count any pass uses; the kernel's register width.</summary>
    public int Lanes { get; private set; } = 1;

    /// <summary>The passes that reduce, then the stores: those of the row, then those of its elements.</summary>
    public Block Row(IReadOnlyList<ReduceExpr> reductions, IReadOnlyList<StoreDefinition> stores)
    {
        var values = new RowValues(reductions);
        var passes = RowPass.Of(reductions, stores.Where(s => s.Domain.Count > rowAxes), rowAxes, values);
        var lanes = passes.Select(LanesOf).ToArray();
        var kept = new KeptElements([.. passes.Where((_, i) => lanes[i] > 1)]);
        foreach (var (i, pass) in passes.Index().Where(p => !p.Item.IsStore)) Append(pass, lanes[i], passes.ElementAtOrDefault(i + 1));
        foreach (var store in stores.Where(s => s.Domain.Count == rowAxes))
            values.Statements.Add(new Store(store.Buffer, store.Index, values.WithoutReductions(store.Value)));
        foreach (var (i, pass) in passes.Index().Where(p => p.Item.IsStore)) Append(pass, lanes[i], null);
        return Block.Of(values.Statements);

        void Append(RowPass pass, int width, RowPass? next)
        {
            var ready = values.Hoist(width > 1 ? kept.In(pass) : pass);
            if (pass.IsStore) values.Statements.Add(ready.Stores(width));
            else if (width == 1) ready.ReduceByElement(values);
            else new RowAccumulators(next is { IsStore: true } ? ready.Before(next) : ready, width).AppendTo(values);
        }
    }

    private int LanesOf(RowPass pass)
    {
        var lanes = pass.IsScalar ? 1 : LaneAnalysis.LanesFor(pass.Bodies, pass.Axes[^1], target.VectorBytes);
        if (Lanes > 1 && lanes > 1 && lanes != Lanes) return 1;
        Lanes = Math.Max(Lanes, lanes);
        return lanes;
    }
}
