namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>The parallel loop around a kernel: how many tasks, and what each does.</summary>
public static class TaskLoop
{
    /// <summary>Work of a task, in units of <see cref="Cost"/>, below which handing it to another worker costs more than it saves.</summary>
    public const double GrainWork = 16384;

    public static LoopKernel Wrap(KernelDefinition definition, LoopVar task, Statement body, int lanes) =>
        new(definition.Name, definition.Summary, definition.Arguments, new For(task, LoopKind.Parallel, body), lanes) { Counters = definition.Counters };

    /// <summary>Tasks are runs of consecutive rows; <paramref name="body"/> handles one row, named by <paramref name="axes"/>.</summary>
    public static LoopKernel OverRows(
        KernelDefinition definition, IReadOnlyList<LoopVar> axes, Statement body, double workPerRow, int lanes)
    {
        var rows = axes.Aggregate(1L, (p, v) => p * v.Extent);
        var perTask = Math.Clamp((long)(GrainWork / Math.Max(1, workPerRow)), 1, Math.Max(1, rows));
        var tasks = (rows + perTask - 1) / perTask;
        var task = new LoopVar("task", tasks);
        var step = new LoopVar("row", perTask);
        var row = (IndexExpr)task * perTask + step;
        var values = axes.Zip(IndexExpr.Unravel(row, axes.Select(v => v.Extent).ToArray())).ToDictionary(p => p.First, p => p.Second);
        var inner = StatementWalk.Substitute(body, values);
        if (perTask > 1)
            inner = new For(step, LoopKind.Serial, inner, tasks * perTask == rows ? null : (IndexExpr)rows - (IndexExpr)task * perTask);
        return Wrap(definition, task, inner, lanes);
    }
}
