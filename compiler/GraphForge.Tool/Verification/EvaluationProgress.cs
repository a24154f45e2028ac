using System.Diagnostics;

namespace GraphForge.Tool.Verification;

/// <summary>A line every few seconds about how far an evaluation is.</summary>
/// <param name="console">Receives it.</param>
/// <param name="what">What is going on.</param>
/// <param name="count">Nodes in all.</param>
internal sealed class EvaluationProgress(CommandConsole console, string what, int count) : IProgress<int>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private long _last = Stopwatch.GetTimestamp();

    public void Report(int value)
    {
        if (Stopwatch.GetElapsedTime(_last) < Interval) return;
        _last = Stopwatch.GetTimestamp();
        console.Progress($"{what}: {value} of {count} nodes");
    }
}
