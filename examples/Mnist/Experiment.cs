using GraphForge;
using GraphForge.Data;
using GraphForge.Optimizers;

namespace Digits;

/// <summary>Load, compile, train, report.</summary>
internal static class Experiment
{
    /// <exception cref="DataFileException">A data file is missing or malformed.</exception>
    /// <exception cref="GraphForge.Runtime.Device.DeviceException">There is no such device, or it cannot do it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task RunAsync(Options options, CancellationToken cancellation)
    {
        var (train, test) = Mnist.Load(options.Data);
        var recipe = Recipe.Of(options.Model);
        using var device = options.Device is { } name ? Devices.Open(name) : null;
        using var training = Training.Compile(
            recipe.Network, Losses.CrossEntropy, new AdamW(recipe.LearningRate, weightDecay: recipe.WeightDecay),
            BatchSpec.Of(train, options.Batch), new CompileOptions { Threads = options.Threads, Seed = options.Seed, Device = device });

        Console.WriteLine($"{options.Model}, {train.Count:N0} training and {test.Count:N0} test digits, " +
            $"batch {options.Batch}, {device?.Name ?? $"{options.Threads} threads"}, seed {options.Seed}");
        Task<IReadOnlyList<EpochSummary>> Fit(IProgress<TrainingProgress> report) => training.FitAsync(
            train, options.Epochs ?? recipe.Epochs, test, new Schedule(training, report), cancellation);
        var epochs = ConsoleReport.IsLive ? await LiveReport.FollowAsync(Fit) : await Fit(new PlainReport());
        ConsoleReport.Conclude(training, options, epochs[^1]);
    }
}
