using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>What the planner orders and places as one step.</summary>
/// <param name="Writes">Buffers from outside the work that it writes.</param>
/// <param name="Reads">Buffers from outside the work that it reads.</param>
public abstract record PlannedWork(IReadOnlyList<LoopBuffer> Writes, IReadOnlyList<LoopBuffer> Reads)
{
    public abstract string Name { get; }
}

/// <summary>A kernel to be and what the planner needs to know about it.</summary>
/// <param name="Definition">What it computes.</param>
/// <param name="Kind">Its loop nest.</param>
/// <param name="Writes">Buffers it writes.</param>
/// <param name="Reads">Buffers it reads.</param>
/// <param name="InPlace">Results that may take over an operand's bytes.</param>
public sealed record PlannedKernel(
    KernelDefinition Definition, GroupKind Kind, IReadOnlyList<LoopBuffer> Writes, IReadOnlyList<LoopBuffer> Reads,
    IReadOnlyList<(LoopBuffer Result, LoopBuffer Operand)> InPlace) : PlannedWork(Writes, Reads)
{
    public override string Name => Definition.Name;

    /// <summary>The nodes it computes, but for views of others; none for a kernel that copies or computes again.</summary>
    public IReadOnlyList<Node> Nodes { get; init; } = [];
}

/// <summary>A copy between a buffer and its place in memory of the host, which only devices make.</summary>
/// <param name="Name">Name for people.</param>
/// <param name="From">What is copied.</param>
/// <param name="To">Where to.</param>
public sealed record PlannedTransfer(string Name, LoopBuffer From, LoopBuffer To) : PlannedWork([To], [From])
{
    public override string Name { get; } = Name;
}

/// <summary>Work that runs again and again, or not always.</summary>
/// <param name="Name">Name for people.</param>
/// <param name="Before">Kernels that set up carries and conditions.</param>
/// <param name="Parts">The loop, or the branches, one after the other.</param>
/// <param name="Writes">Buffers from outside that it writes.</param>
/// <param name="Reads">Buffers from outside that it reads.</param>
public sealed record PlannedLoop(
    string Name, IReadOnlyList<PlannedKernel> Before, IReadOnlyList<LoopPart> Parts,
    IReadOnlyList<LoopBuffer> Writes, IReadOnlyList<LoopBuffer> Reads) : PlannedWork(Writes, Reads)
{
    public override string Name { get; } = Name;
}

/// <summary>A body with the number of times it runs.</summary>
/// <param name="Body">One iteration.</param>
/// <param name="Storage">What the body's own buffers are.</param>
/// <param name="Iterations">Most times it runs.</param>
public sealed record LoopPart(IReadOnlyList<PlannedWork> Body, LoopStorage Storage, long Iterations)
{
    /// <summary>A bool that is asked before every iteration, and what it must be; null for a loop that runs them all.</summary>
    public (LoopBuffer Flag, bool Wanted)? Condition { get; init; }

    /// <summary>Whether an iteration overwrites what it has read, at its end; else what it writes outside is new.</summary>
    public bool Overwrites { get; init; }
}
