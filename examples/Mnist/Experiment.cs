using GraphForge;
using GraphForge.Data;
using GraphForge.Optimizers;

namespace Digits;

/// <summary>Load, compile, train, report.</summary>
internal static class Experiment
{
    /// <exception cref="DataFileException">A data file is missing or malformed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task RunAsync(Options options, CancellationToken cancellation)
    {
        var (train, test) = Mnist.Load(options.Data);
        using var training = Training.Compile(
            Networks.Of(options.Model), Losses.CrossEntropy, new AdamW(learningRate: Schedule.Peak), BatchSpec.Of(train, options.Batch),
            new CompileOptions { Threads = options.Threads, Seed = options.Seed });

        Console.WriteLine($"{options.Model}, {train.Count:N0} training and {test.Count:N0} test digits, " +
            $"batch {options.Batch}, {options.Threads} threads, seed {options.Seed}");
        var schedule = new Schedule(training);
        var epochs = options.Epochs ?? (options.Model == "mlp" ? 15 : 8);
        var outcome = ConsoleReport.IsLive
            ? await LiveReport.FollowAsync(report => training.FitAsync(train, epochs, test, schedule.Then(report), cancellation))
            : await training.FitAsync(train, epochs, test, schedule.Then(new PlainReport()), cancellation);
        ConsoleReport.Conclude(training, options, outcome[^1]);
    }
}
