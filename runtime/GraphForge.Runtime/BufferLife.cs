namespace GraphForge.Runtime;

/// <summary>When a buffer of the arena holds a value, as far as the steps that are given it show.</summary>
/// <param name="Begin">Its first byte.</param>
/// <param name="End">The byte behind its last.</param>
/// <param name="Given">The first step that is given it; 0 for inputs.</param>
/// <param name="First">The first step at which it may hold a value.</param>
/// <param name="Last">The last step at which it must; <see cref="int.MaxValue"/> for outputs.</param>
/// <remarks>
/// What is used inside of a loop lives from the loop's first step to its last: the value may be one that the next iteration reads.
/// </remarks>
internal readonly record struct BufferLife(long Begin, long End, int Given, int First, int Last)
{
    /// <summary>Lives of all buffers that hold bytes at some time.</summary>
    public static BufferLife[] Of(ExecutionPlan plan)
    {
        var uses = plan.Buffers.Select(_ => new List<int>()).ToArray();
        foreach (var (index, step) in plan.Steps.Index())
            foreach (var buffer in step.Buffers) uses[buffer].Add(index);
        // A condition is read before the first iteration and after each.
        foreach (var loop in plan.Loops)
            if (loop.Condition is { } condition) uses[condition.Buffer].AddRange([loop.FirstStep, loop.End - 1]);
        return [.. plan.Buffers.Zip(uses).Where(b => b.First.InArena && b.First.Bytes > 0 && IsHeld(b.First, b.Second)).Select(b => Of(plan, b.First, b.Second))];
    }

    public bool LivesAt(int step) => First <= step && step <= Last;

    private static bool IsHeld(PlanBuffer buffer, List<int> uses) => uses.Count > 0 || buffer.Kind == BufferKind.Input;

    private static BufferLife Of(ExecutionPlan plan, PlanBuffer buffer, List<int> uses)
    {
        var isInput = buffer.Kind == BufferKind.Input;
        var given = isInput ? 0 : uses.Min();
        var first = isInput ? 0 : uses.Min(use => plan.Loops.Where(l => Holds(l, use)).Select(l => l.FirstStep).Append(use).Min());
        var last = buffer.Kind == BufferKind.Output || uses.Count == 0
            ? int.MaxValue
            : uses.Max(use => plan.Loops.Where(l => Holds(l, use)).Select(l => l.End - 1).Append(use).Max());
        return new BufferLife(buffer.Offset, buffer.Offset + buffer.Bytes, given, first, last);
    }

    private static bool Holds(PlanLoop loop, int step) => loop.FirstStep <= step && step < loop.End;
}
