using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// The threads of a group share rows: one pass over the columns for each level of reductions, then one that stores the values per
/// element. What is the same all along a row every thread of the row computes for itself.
/// </summary>
internal static class DeviceRowSchedule
{
    public static LoopKernel Build(KernelDefinition definition, GpuTarget target)
    {
        var isCombined = definition.Stores.Any(s => s.Combine is not null);
        // A group has the rows of a whole stretch where these are combined: one after the other, so that their order is fixed.
        var rows = isCombined ? definition.Rows.SkipLast(1).ToArray() : [.. definition.Rows];
        var layout = new RowLayout(rows.Aggregate(1L, (p, v) => p * v.Extent), Columns(definition), definition.Reductions().Sum(SharedMemory.BytesOf), target);
        var shared = new SharedMemory();
        var row = Row(definition, definition.Reductions(), definition.Stores, layout, shared);
        Statement body = isCombined ? OverStretch(definition, row, layout, shared) : Iterated(definition, row, layout, shared);
        var place = rows.Zip(IndexExpr.Unravel(layout.Row, rows.Select(v => v.Extent).ToArray())).ToDictionary(p => p.First, p => p.Second);
        return layout.Loop.Wrap(definition, shared.Buffers, StatementWalk.Substitute(body, place));
    }

    /// <summary>Elements of the longest pass over a row.</summary>
    private static long Columns(KernelDefinition definition) => definition.Reductions().Select(r => r.ReducedVariables)
        .Concat(definition.Stores.Select(s => s.Domain.Skip(definition.Rows.Count)))
        .Select(axes => axes.Aggregate(1L, (p, v) => p * v.Extent)).Max();

    /// <summary>Everything that is done for a row once.</summary>
    private static Block Row(
        KernelDefinition definition, IReadOnlyList<ReduceExpr> reductions, IReadOnlyList<StoreDefinition> stores, RowLayout layout, SharedMemory shared)
    {
        var rowAxes = definition.Rows.Count;
        var values = new RowValues(reductions);
        var passes = RowPass.Of(reductions, stores.Where(s => s.Domain.Count > rowAxes), rowAxes, values);
        foreach (var pass in passes.Where(p => !p.IsStore)) new GroupReduction(values.Hoist(pass), layout, shared).AppendTo(values);
        // Into registers before anything is stored: a result may stand in the bytes of what others still read.
        var stored = passes.Where(p => p.IsStore).Select(values.Hoist).ToArray();
        var ofRow = stores.Where(s => s.Domain.Count == rowAxes).Select(s => new Store(s.Buffer, s.Index, values.WithoutReductions(s.Value))).ToArray();
        if (layout.ThreadsPerRow > 1) values.Statements.Add(new GroupBarrier());
        if (ofRow.Length > 0) values.Statements.Add(GroupLoop.Below(layout.Thread, 1, Block.Of(ofRow)));
        foreach (var pass in stored)
            values.Statements.Add(layout.EachColumn(pass.Axes, at => Block.Of(pass.Targets.Zip(pass.Bodies,
                (target, value) => new Store(target.Buffer, target.Index.Substitute(at), value.Substitute(at), target.Combine)))));
        return layout.OfRows(values.Statements);
    }

    /// <summary>The row, or its iterations: what one of them stored, all threads of the row see in the next.</summary>
    private static Statement Iterated(KernelDefinition definition, Block row, RowLayout layout, SharedMemory shared)
    {
        if (definition.Serial is not { } serial) return row;
        var before = Row(definition, [], serial.Before, layout, shared);
        return TaskLoop.Iterate(definition, Block.Of(before, new GroupBarrier()), Block.Of(row, new GroupBarrier()));
    }

    private static Block OverStretch(KernelDefinition definition, Block row, RowLayout layout, SharedMemory shared)
    {
        var cleared = definition.Stores.Where(s => s.Combine is not null).Select(s =>
        {
            var axes = s.Domain.Skip(definition.Rows.Count).ToArray();
            var neutral = new ConstantExpr(Reduction.Neutral(s.Combine!.Value, s.Value.Type));
            return layout.EachColumn(axes, at => new Store(s.Buffer, s.Index.Substitute(at), neutral));
        }).ToArray();
        Statement[] again = shared.IsUsed || layout.ThreadsPerRow > 1 ? [new GroupBarrier()] : [];
        return Block.Of(
            layout.OfRows(cleared), new GroupBarrier(),
            new For(definition.Rows[^1], LoopKind.Serial, Block.Of([row, .. again]), note: "The rows of a stretch."));
    }
}
