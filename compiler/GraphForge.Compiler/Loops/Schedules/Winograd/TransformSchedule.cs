using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Winograd;

/// <summary>Tiles that are transformed and nothing else, such as weights: one or two transforms for every vector of the last axis.</summary>
internal static class TransformSchedule
{
    /// <summary>Work of an element of a tile, in units of <see cref="Cost"/>.</summary>
    private const double ElementWork = 8;

    /// <summary>Null for kernels of any other form.</summary>
    public static LoopKernel? Build(KernelDefinition definition, CpuTarget target)
    {
        if (definition.Stores is not [var store] || definition.Serial is not null || definition.Rows.Count == 0) return null;
        var (nest, vector) = (TransformNest.Of(store.Value), definition.Rows[^1]);
        if (nest.Transforms.Count is 0 or > 2 || nest.Core.DescendantsAndSelf().Any(e => e is ReduceExpr)) return null;
        var rows = nest.Transforms.Select(t => definition.Rows.SkipLast(1).FirstOrDefault(v => t.Row.Equals((IndexExpr)v) && v.Extent == t.Rows)).ToArray();
        var lanes = LaneAnalysis.LanesFor([nest.Core], vector, target.VectorBytes);
        if (rows.Contains(null) || lanes == 1 || !LaneAnalysis.IsContiguous(store.Index, vector)) return null;
        var sweep = new TransformSweep(nest.Transforms, store.Value.Type, lanes);
        var body = VectorRuns.Each(vector.Extent, lanes, (from, active) => sweep.Build(
            active.Extent, active.Extent,
            (columns, lane) => nest.Core.Substitute(new Dictionary<LoopVar, IndexExpr>(nest.Transforms.Select(t => t.Column).Zip(columns, KeyValuePair.Create)) { [vector] = from + lane }),
            (at, lane, value) => new For(lane, LoopKind.Vector, new Store(
                store.Buffer, store.Index.Substitute(new Dictionary<LoopVar, IndexExpr>(rows.Zip(at, (v, i) => KeyValuePair.Create(v!, i))) { [vector] = from + lane }), value))));
        var work = ElementWork * nest.Transforms.Aggregate((double)vector.Extent, (p, t) => p * t.Rows);
        var axes = definition.Rows.SkipLast(1).Except(rows.OfType<LoopVar>()).ToArray();
        return TaskLoop.OverRows(definition, axes, null, Block.Of([.. sweep.Allocate(), body]), work, lanes);
    }
}
