namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>The parallel loop around a kernel: how many tasks, and what each does.</summary>
public static class TaskLoop
{
    /// <summary>Work of a task, in units of <see cref="Cost"/>, below which handing it to another worker costs more than it saves.</summary>
    public const double GrainWork = 16384;

    public static LoopKernel Wrap(KernelDefinition definition, LoopVar task, Statement body, int lanes) =>
        new(definition.Name, definition.Summary, definition.Arguments, new For(task, LoopKind.Parallel, body), lanes) { Counters = definition.Counters };

    /// <summary>What a task does: <paramref name="body"/>, or its iterations after <paramref name="before"/>.</summary>
    public static Statement Iterate(KernelDefinition definition, Statement? before, Statement body) => definition.Serial is not { } serial
        ? body
        : Block.Of([.. before is null ? [] : new[] { before }, new For(serial.Counter, LoopKind.Serial, body, note: "A task's elements step by step.")]);

    /// <summary>
    /// Rows or vectors of <paramref name="work"/> each that make a task. Iterations wait for the one before, so a task of many
    /// interleaves several.
    /// </summary>
    public static long PerTask(KernelDefinition definition, double work) =>
        Math.Max(definition.Serial is null ? 1 : 4, (long)(GrainWork / Math.Max(1, work * definition.Repeats)));

    /// <summary>Tasks are runs of consecutive rows; <paramref name="body"/> handles one row, named by <paramref name="axes"/>.</summary>
    public static LoopKernel OverRows(
        KernelDefinition definition, IReadOnlyList<LoopVar> axes, Statement? before, Statement body, double workPerRow, int lanes)
    {
        var rows = axes.Aggregate(1L, (p, v) => p * v.Extent);
        var perTask = Math.Clamp(PerTask(definition, workPerRow), 1, Math.Max(1, rows));
        var tasks = (rows + perTask - 1) / perTask;
        var task = new LoopVar("task", tasks);
        var step = new LoopVar("row", perTask);
        var row = (IndexExpr)task * perTask + step;
        var values = axes.Zip(IndexExpr.Unravel(row, axes.Select(v => v.Extent).ToArray())).ToDictionary(p => p.First, p => p.Second);
        return Wrap(definition, task, Iterate(definition, before is null ? null : Rows(before), Rows(body)), lanes);

        Statement Rows(Statement one)
        {
            var inner = StatementWalk.Substitute(one, values);
            return perTask == 1 ? inner : new For(
                step, LoopKind.Serial, inner, tasks * perTask == rows ? null : (IndexExpr)rows - (IndexExpr)task * perTask);
        }
    }
}
