namespace GraphForge.Runtime.Device;

/// <summary>
/// Copies to and from the host run beside the steps after them. Before a step writes where one still reads, or touches in any way where one
/// still writes, that copy must have ended. Which these are follows from places, whatever order a plan has its steps in.
/// </summary>
internal sealed class CopyWaits
{
    /// <summary>For each step the last copy that it, or the outermost loop it begins, waits for, as copies are counted in a run; −1 for none.</summary>
    private readonly int[] _last;

    private CopyWaits(int[] last, int count) => (_last, Count) = (last, count);

    /// <summary>Copies of a run.</summary>
    public int Count { get; }

    /// <summary>The copy, from 0, that a step outside of loops, or the outermost loop that begins with it, waits for; −1 for none.</summary>
    public int Before(int step) => Count == 0 ? -1 : _last[step];

    /// <param name="plan">No loop of it copies to or from the host.</param>
    /// <param name="offsets">Where each of its buffers is.</param>
    public static CopyWaits Of(ExecutionPlan plan, IReadOnlyList<long> offsets)
    {
        var count = plan.Steps.Count(s => IsCopy(plan, s));
        if (count == 0) return new CopyWaits([], 0);
        var (last, copied) = (new int[plan.Steps.Count], 0);
        Array.Fill(last, -1);
        var underWay = new List<Copy>();
        for (int step = 0, end; step < plan.Steps.Count; step = end)
        {
            var loop = plan.Loops.FirstOrDefault(l => l.FirstStep == step);
            end = loop?.End ?? step + 1;
            if (IsCopy(plan, plan.Steps[step]))
            {
                underWay.Add(Copy.Of(plan, plan.Steps[step], offsets, copied++));
                continue;
            }
            var touched = Touched(plan, step, end).ToArray();
            last[step] = underWay.Where(c => touched.Any(t => c.IsDisturbed(t.IsWritten, offsets[t.Buffer], plan.Buffers[t.Buffer].Bytes)))
                .Select(c => c.Number).DefaultIfEmpty(-1).Max();
            underWay.RemoveAll(c => c.Number <= last[step]);
        }
        return new CopyWaits(last, count);
    }

    /// <summary>Whether a step copies anything to or from the host.</summary>
    public static bool IsCopy(ExecutionPlan plan, PlanStep step) => step.Kernel == PlanStep.Transfer && step.Tasks > 0 && plan.Buffers[step.Buffers[0]].Bytes > 0;

    private static IEnumerable<(int Buffer, bool IsWritten)> Touched(ExecutionPlan plan, int first, int end)
    {
        foreach (var step in plan.Steps.Take(first..end))
            foreach (var buffer in step.Buffers) yield return (buffer, step.Writes.Contains(buffer));
        foreach (var loop in plan.Loops)
            if (loop.FirstStep >= first && loop.End <= end && loop.Condition is { } condition) yield return (condition.Buffer, false);
    }

    /// <param name="Number">Among the copies of a run.</param>
    /// <param name="Offset">Of its first byte on the device.</param>
    /// <param name="Bytes">Their number.</param>
    /// <param name="IsFetch">Whether the device's bytes are written, and not read.</param>
    private readonly record struct Copy(int Number, long Offset, long Bytes, bool IsFetch)
    {
        public static Copy Of(ExecutionPlan plan, PlanStep step, IReadOnlyList<long> offsets, int number)
        {
            var isFetch = plan.Buffers[step.Buffers[0]].Kind == BufferKind.Host;
            var device = step.Buffers[isFetch ? 1 : 0];
            return new Copy(number, offsets[device], plan.Buffers[device].Bytes, isFetch);
        }

        public bool IsDisturbed(bool byWriting, long offset, long bytes) =>
            (byWriting || IsFetch) && offset < Offset + Bytes && Offset < offset + bytes;
    }
}
