using System.Diagnostics;
using GraphForge.Jit;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Bench;

/// <summary>
/// Training steps over long sequences, forward and backward: how long they compile without any cache, and that the number of
/// steps adds neither kernels nor bytes beyond the states that are kept.
/// </summary>
public static class Recurrence
{
    public static void Run(string name, int threads)
    {
        var (longest, batch, features) = name switch
        {
            "gru" => (1000, 16, 64),
            "mamba" => (2048, 2, 32),
            _ => throw new BenchmarkException($"unknown recurrence {name}: use gru or mamba"),
        };
        foreach (var steps in new[] { longest, longest / 2 }) Measure(name, steps, batch, features, threads);
    }

    private static void Measure(string name, int steps, int batch, int features, int threads)
    {
        Module model = name == "gru" ? new Outputs(new GRU(features, features, batchFirst: true)) : new Mamba(features);
        var options = new CompileOptions { Threads = threads, KernelCache = KernelCacheOptions.Disabled };
        using var training = Training.Compile(model, x => Losses.Mse(model.Forward(x["input"]), x["target"]), new Adam(),
            [TensorSpec.Of<float>("input", batch, steps, features), TensorSpec.Of<float>("target", batch, steps, features)], options: options);
        var input = new float[batch * steps * features];
        for (var i = 0; i < input.Length; i++) input[i] = Threefry.Uniform(3, 0, i) - 0.5f;
        var target = new float[input.Length];
        var times = new double[9];
        for (var i = 0; i < times.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            training.Step(("input", input), ("target", target));
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        Array.Sort(times);
        var memory = training.Memory!;
        Console.WriteLine($"{name} of {steps} steps, batch {batch}, {features} features, {threads} threads: compiled in " +
            $"{training.CompileTime.TotalSeconds:F2} s, {memory.Timeline.Count} plan steps, arena {memory.ArenaBytes / 1024.0 / 1024:F1} MiB " +
            $"({memory.ArenaBytes / steps / 1024.0:F1} KiB a step), {times[times.Length / 2]:F1} ms a training step");
    }

    /// <summary>All outputs of a recurrent layer, without its state.</summary>
    private sealed class Outputs(GRU layer) : Module
    {
        public GRU Layer { get; } = layer;

        public override Tensor Forward(Tensor input) => Layer.Forward(input, hidden: null).Output;
    }
}
