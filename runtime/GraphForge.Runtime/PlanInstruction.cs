namespace GraphForge.Runtime;

/// <summary>What a worker does next.</summary>
internal enum InstructionKind : byte
{
    /// <summary>Its share of a step.</summary>
    Call,

    /// <summary>Begin a loop, or go on behind it.</summary>
    Enter,

    /// <summary>Go back to the first step of a loop, or on.</summary>
    Repeat,
}

/// <summary>A step or an end of a loop, resolved for execution.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Target">The step; or where an end of a loop leads when it does not lead to the next instruction.</param>
/// <param name="Barrier">Whether all workers meet before it.</param>
internal readonly record struct PlanInstruction(InstructionKind Kind, int Target, bool Barrier)
{
    /// <summary>Which of the worker's counters a loop has: the number of loops around it.</summary>
    public int Depth { get; init; }

    public long Iterations { get; init; }

    /// <summary>Where the address of the condition's byte stands in a context's table of arguments; −1 without a condition.</summary>
    public int Flag { get; init; }

    /// <summary>Whether the byte must be nonzero for the loop to go on.</summary>
    public bool Wanted { get; init; }

    /// <summary>Whether workers other than the first take part in the loop.</summary>
    public bool IsShared { get; init; }
}
