using System.Diagnostics;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Bench;

/// <summary>Whole training steps on made-up data: the median time, and the kernels it goes into.</summary>
public static class TrainingStep
{
    public static void Run(string name, int threads)
    {
        var (model, batch, sample) = name switch
        {
            "mlp" => (Mlp(), 128, new long[] { 784 }),
            "tiny" => (Tiny(), 32, [4]),
            "cnn" => (Cnn(), 64, [1, 28, 28]),
            _ => throw new ArgumentException($"unknown workload {name}: use mlp, tiny or cnn"),
        };
        var options = new CompileOptions { Threads = threads };
        using var training = Training.Compile(model, Losses.CrossEntropy, new Adam(learningRate: 1e-3), BatchSpec.Of(batch, sample), options);
        var samples = new float[batch * sample.Aggregate(1L, (p, d) => p * d)];
        for (var i = 0; i < samples.Length; i++) samples[i] = Threefry.Uniform(3, 0, i) - 0.5f;
        var labels = new long[batch];
        for (var i = 0; i < batch; i++) labels[i] = i % 3;
        Console.WriteLine($"{name}: compiled in {training.CompileTime.TotalSeconds:F3} s");
        Time(training, samples, labels, 20);
        Console.WriteLine($"{name}, batch {batch}, {threads} threads: {Time(training, samples, labels, 100) * 1e3:F3} ms a step");
        foreach (var kernel in Enumerable.Range(0, 21).Select(_ => training.Profile<float, long>(samples, labels)).SelectMany(p => p.Index())
            .GroupBy(k => (k.Index, k.Item.Kernel), k => k.Item.Time).Select(g => new KernelTime(g.Key.Kernel, g.Order().ElementAt(g.Count() / 2)))
            .OrderByDescending(k => k.Time).Take(16))
            Console.WriteLine(kernel);
    }

    private static double Time(Training training, float[] samples, long[] labels, int steps)
    {
        var times = new double[steps];
        for (var i = 0; i < steps; i++)
        {
            var start = Stopwatch.GetTimestamp();
            training.Step<float, long>(samples, labels);
            times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(times);
        return times[steps / 2];
    }

    private static Sequential Mlp() => new(
        new Linear(784, 512), new ReLU(), new Linear(512, 512), new ReLU(), new Linear(512, 10));

    private static Sequential Tiny() => new(new Linear(4, 16), new Tanh(), new Linear(16, 3));

    private static Sequential Cnn() => new(
        new Conv2d(1, 32, 3), new ReLU(), new Conv2d(32, 64, 3), new ReLU(), new MaxPool2d(2), new Flatten(),
        new Linear(64 * 12 * 12, 128), new ReLU(), new Linear(128, 10));
}
