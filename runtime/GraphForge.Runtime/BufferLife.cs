namespace GraphForge.Runtime;

/// <summary>When a buffer of the arena holds a value, as far as the steps that are given it show.</summary>
/// <param name="Buffer">Its number.</param>
/// <param name="Begin">Its first byte.</param>
/// <param name="End">The byte behind its last.</param>
/// <param name="First">The first step that is given it, or the first of the loops around; 0 for inputs.</param>
/// <param name="Last">The last step that is given it, or the last of the loops around; 0 for inputs that no step is given, <see cref="int.MaxValue"/> for outputs.</param>
/// <remarks>
/// What is used inside of a loop counts as alive from the loop's first step to its last: the value may be one that the next
/// iteration reads. So buffers that an iteration uses one after the other may share bytes although they live together.
/// </remarks>
internal readonly record struct BufferLife(int Buffer, long Begin, long End, int First, int Last)
{
    private bool IsInLoop { get; init; }

    /// <summary>Lives of all buffers that hold bytes at some time.</summary>
    public static BufferLife[] Of(ExecutionPlan plan)
    {
        var uses = plan.Buffers.Select(_ => new List<int>()).ToArray();
        foreach (var (index, step) in plan.Steps.Index())
            foreach (var buffer in step.Buffers) uses[buffer].Add(index);
        // A condition is read before the first iteration and after each.
        foreach (var loop in plan.Loops)
            if (loop.Condition is { } condition) uses[condition.Buffer].AddRange([loop.FirstStep, loop.End - 1]);
        return
        [
            .. from buffer in Enumerable.Range(0, plan.Buffers.Count)
               let planned = plan.Buffers[buffer]
               where planned.InArena && planned.Bytes > 0 && (planned.Kind == BufferKind.Input || uses[buffer].Count > 0)
               select Of(plan, buffer, uses[buffer]),
        ];
    }

    public bool Overlaps(in BufferLife other) => Begin < other.End && other.Begin < End;

    /// <summary>Whether this value comes into the bytes of one that is needed later.</summary>
    public bool Clobbers(in BufferLife other) =>
        Overlaps(other) && other.First < First && First < other.Last && !(IsInLoop && other.IsInLoop);

    private static BufferLife Of(ExecutionPlan plan, int buffer, List<int> uses)
    {
        var planned = plan.Buffers[buffer];
        var loops = plan.Loops.Where(l => uses.Any(use => l.FirstStep <= use && use < l.End)).ToArray();
        var first = planned.Kind == BufferKind.Input ? 0 : uses.Concat(loops.Select(l => l.FirstStep)).Min();
        var last = planned.Kind == BufferKind.Output ? int.MaxValue : uses.Concat(loops.Select(l => l.End - 1)).Append(first).Max();
        return new BufferLife(buffer, planned.Offset, planned.Offset + planned.Bytes, first, last) { IsInLoop = loops.Length > 0 };
    }
}
