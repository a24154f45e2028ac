using GraphForge;

namespace Digits;

/// <summary>One line an epoch, for a log or a pipe.</summary>
internal sealed class PlainReport : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        if (value.Summary is { } summary) Console.WriteLine(ConsoleReport.Describe(summary, value.Epochs));
    }
}
