using GraphForge;
using Spectre.Console;

namespace Digits;

/// <summary>A progress bar for each epoch, for a terminal.</summary>
internal sealed class LiveReport : IProgress<TrainingProgress>
{
    private readonly ProgressContext _context;
    private ProgressTask? _epoch;

    private LiveReport(ProgressContext context) => _context = context;

    public static Task<IReadOnlyList<EpochSummary>> FollowAsync(Func<LiveReport, Task<IReadOnlyList<EpochSummary>>> fit) =>
        AnsiConsole.Progress()
            .Columns(new ProgressBarColumn { Width = 24 }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(context => fit(new LiveReport(context)));

    public void Report(TrainingProgress value)
    {
        var text = Markup.Escape(value.Summary is { } summary
            ? ConsoleReport.Describe(summary, value.Epochs)
            : $"epoch {value.Epoch}/{value.Epochs}  loss {value.Loss:F4}  train {value.Accuracy:P2}  {value.SamplesPerSecond:N0} images/s");
        _epoch ??= _context.AddTask(text, maxValue: value.Steps);
        _epoch.Value = value.Step;
        _epoch.Description = text;
        if (value.Summary is null) return;
        _epoch.StopTask();
        _epoch = null;
    }
}
