using System.Diagnostics;
using GraphForge.Compiler;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Schedule;

namespace GraphForge.Execution;

/// <summary>A graph with every symbol bound, ready to run; safe to rent from by several threads.</summary>
internal abstract class BoundProgram
{
    /// <summary>What the program needs; null where nothing was planned.</summary>
    public virtual MemoryReport? Memory => null;

    /// <summary>Where the time of compiling went; null where nothing was compiled.</summary>
    public virtual CompileReport? Report => null;

    /// <summary>For each edge of the graph, fused or why not.</summary>
    public virtual IReadOnlyList<FusionDecision> Explain => [];

    /// <summary>Name of the kernel of each step; empty where there are no kernels.</summary>
    public virtual IReadOnlyList<string> StepNames => [];

    /// <summary>Position of an input, or -1 where the program does not read it.</summary>
    public abstract int InputIndex(string name);

    public abstract int OutputIndex(string name);

    public abstract RunLease Rent();

    /// <summary>Takes the value of an input for the next run while this thread's run is at work, where that saves time.</summary>
    public virtual void Stage<T>(int index, ReadOnlySpan<T> values) where T : unmanaged { }

    /// <summary>Measured ticks of the steps as the time of each kernel.</summary>
    public IReadOnlyList<KernelTime> Times(IReadOnlyList<long> ticks) =>
        [.. StepNames.Zip(ticks, (name, t) => new KernelTime(name, TimeSpan.FromSeconds((double)t / Stopwatch.Frequency)))];
}
