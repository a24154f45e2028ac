using System.Globalization;
using System.Text;
using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler;

/// <summary>A phase of a compilation and the wall time it took.</summary>
public readonly record struct CompilePhase(string Name, TimeSpan Time);

/// <summary>Where the time of one compilation went, and how large the program is.</summary>
/// <param name="Program">Name of the program.</param>
/// <param name="Phases">In order of their first start; a phase that runs several times, such as the verifier, is one entry.</param>
public sealed record CompileReport(string Program, IReadOnlyList<CompilePhase> Phases)
{
    /// <summary>Which parts came from the disk cache.</summary>
    public CacheUse Cache { get; init; }

    /// <summary>Nodes of the graph as it was traced, bodies of loops not counted.</summary>
    public int Nodes { get; init; }

    /// <summary>Steps of the plan: calls of kernels.</summary>
    public int Steps { get; init; }

    /// <summary>Kernels the steps call: one for all whose work differs in its buffers alone.</summary>
    public int Kernels { get; init; }

    /// <summary>Length of the kernels' C# text in characters, their functions included; 0 where the plan came from the cache.</summary>
    public int TextLength { get; init; }

    /// <summary>Recorded schedules that kernels no longer have, a line each; none where the plan came from the cache.</summary>
    public IReadOnlyList<string> UnusableSchedules { get; init; } = [];

    /// <summary>The report of a program that was compiled from a graph.</summary>
    public static CompileReport Of(ComputationGraph graph, Runtime.ExecutionPlan plan, PhaseClock clock) => new(graph.Name, clock.Phases)
    {
        Nodes = graph.TopologicalOrder().Count,
        Steps = plan.Steps.Count,
        Kernels = plan.KernelNames.Count,
    };

    /// <summary>All phases together.</summary>
    public TimeSpan Total => new(Phases.Sum(p => p.Time.Ticks));

    /// <summary>The report with what happened before the compiler was called.</summary>
    public CompileReport After(string phase, TimeSpan time) => this with { Phases = [new CompilePhase(phase, time), .. Phases] };

    /// <summary>A line of counts, then a line for each phase with its milliseconds and share, and for each schedule passed over.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Program}: compiled in {Total.TotalMilliseconds:F1} ms{Origin}; ");
        text.Append(CultureInfo.InvariantCulture, $"nodes {Nodes}, steps {Steps}, kernels {Kernels}");
        text.Append(TextLength == 0 ? "\n" : string.Create(CultureInfo.InvariantCulture, $", C# {TextLength / 1024} KiB\n"));
        foreach (var (name, time) in Phases)
        {
            var share = Total == TimeSpan.Zero ? 0 : time / Total;
            text.Append(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds,9:F1} ms {share,5:P0}  {name}\n");
        }
        foreach (var schedule in UnusableSchedules) text.Append(CultureInfo.InvariantCulture, $"passed over: {schedule}\n");
        return text.ToString();
    }

    private string Origin => Cache switch
    {
        CacheUse.Plan => ", plan and kernels from the cache",
        CacheUse.Kernels => ", kernels from the cache",
        _ => "",
    };
}

/// <summary>What a compilation found in the disk cache.</summary>
public enum CacheUse : byte
{
    /// <summary>Nothing: the kernels went through the C# compiler.</summary>
    None,

    /// <summary>The kernels; every pass ran.</summary>
    Kernels,

    /// <summary>The plan and its kernels; no pass ran.</summary>
    Plan,
}
