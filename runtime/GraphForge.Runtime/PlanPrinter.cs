using System.Globalization;
using System.Text;

namespace GraphForge.Runtime;

/// <summary>A plan as text for people, the same to the byte for equal plans.</summary>
public static class PlanPrinter
{
    /// <summary>
    /// A summary, a table of buffers, and one line per step: its kernel, its own name where that is another, the buffers it is
    /// given (index:name) in argument order, its number of tasks, and <c>barrier</c> where every earlier step must have finished;
    /// then one line per loop; then the same for the preparation, if there is one.
    /// Lines end in <c>\n</c>. The plan need not be valid.
    /// </summary>
    public static string Print(ExecutionPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"plan {plan.Name}\n");
        text.Append(CultureInfo.InvariantCulture, $"arena {plan.ArenaBytes} bytes, scratch {plan.ScratchBytes} bytes per worker, ");
        text.Append(CultureInfo.InvariantCulture, $"constants {plan.Constants.Sum(c => (long)c.Length)} bytes{(plan.HostBytes == 0 ? "" : $", host {plan.HostBytes} bytes")}\n");
        text.Append("\nbuffers\n");
        AppendTable(text, [.. BufferRows(plan)]);
        text.Append("\nsteps\n");
        AppendTable(text, [.. StepRows(plan)]);
        if (plan.Loops.Count > 0)
        {
            text.Append("\nloops\n");
            AppendTable(text, [.. LoopRows(plan)]);
        }

        if (plan.Preparation is { } preparation) text.Append('\n').Append(Print(preparation));
        return text.ToString();
    }

    private static IEnumerable<string[]> BufferRows(ExecutionPlan plan)
    {
        yield return ["#", "name", "kind", "dtype", "dims", "offset", "bytes"];
        for (var index = 0; index < plan.Buffers.Count; index++)
        {
            var buffer = plan.Buffers[index];
            var kind = buffer.Kind.ToString().ToLowerInvariant();
            // Outside of planned memory the offset is an index; the number sign tells them apart.
            var offset = buffer.InArena || buffer.Kind == BufferKind.Host ? $"{buffer.Offset}" : $"#{buffer.Offset}";
            var dims = $"[{string.Join(", ", buffer.Dims)}]";
            yield return [$"{index}", buffer.Name, kind, TensorLayout.Name(buffer.Type), dims, offset, $"{buffer.Bytes}"];
        }
    }

    private static IEnumerable<string[]> StepRows(ExecutionPlan plan)
    {
        yield return ["#", "kernel", "buffers", "tasks", ""];
        for (var index = 0; index < plan.Steps.Count; index++)
        {
            var step = plan.Steps[index];
            var kernel = step.Kernel >= 0 && step.Kernel < plan.KernelNames.Count ? plan.KernelNames[step.Kernel]
                : step.Kernel == PlanStep.Transfer ? "transfer" : $"?{step.Kernel}";
            if (step.Name.Length > 0 && step.Name != kernel) kernel += $" as {step.Name}";
            var buffers = string.Join(", ", step.Buffers.Select(b => b >= 0 && b < plan.Buffers.Count ? $"{b}:{plan.Buffers[b].Name}" : $"?{b}"));
            yield return [$"{index}", kernel, buffers, $"{step.Tasks}", step.BarrierBefore ? "barrier" : ""];
        }
    }

    private static IEnumerable<string[]> LoopRows(ExecutionPlan plan)
    {
        yield return ["steps", "iterations", "while"];
        foreach (var loop in plan.Loops)
            yield return [$"{loop.FirstStep}..{loop.End - 1}", $"{loop.Iterations}",
                loop.Condition is { } c ? $"{c.Buffer} is {(c.Value ? "true" : "false")}" : ""];
    }

    private static void AppendTable(StringBuilder text, string[][] rows)
    {
        var widths = new int[rows[0].Length];
        foreach (var row in rows)
        {
            for (var column = 0; column < row.Length; column++) widths[column] = Math.Max(widths[column], row[column].Length);
        }

        foreach (var row in rows)
        {
            var line = string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column])));
            text.Append("  ").Append(line.TrimEnd()).Append('\n');
        }
    }
}
