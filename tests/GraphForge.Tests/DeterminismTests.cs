using System.Runtime.InteropServices;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tests;

/// <summary>The same seed gives the same bits: losses and parameters, from run to run and for any number of threads.</summary>
public class DeterminismTests
{
    private const int BatchSize = 20;
    private const int Steps = 30;

    [TestCase("mlp")]
    [TestCase("cnn")]
    public void Bits_do_not_depend_on_threads_or_run(string name)
    {
        var first = Train(name, threads: 1);
        foreach (var threads in new[] { 1, 2, 3 })
        {
            var again = Train(name, threads);
            Assert.That(again.Losses, Is.EqualTo(first.Losses), $"{threads} threads");
            Assert.That(again.Parameters, Is.EqualTo(first.Parameters), $"{threads} threads");
        }
        Assert.That(BitConverter.Int32BitsToSingle(first.Losses[^1]), Is.LessThan(BitConverter.Int32BitsToSingle(first.Losses[0])));
    }

    private static (int[] Losses, byte[] Parameters) Train(string name, int threads)
    {
        var model = name == "mlp"
            ? new Sequential(new Flatten(), new Linear(144, 70), new ReLU(), new Dropout(0.3), new Linear(70, 5))
            : new Sequential(new Conv2d(1, 6, 3), new ReLU(), new MaxPool2d(2), new Flatten(), new Dropout(0.2), new Linear(150, 5));
        var options = new CompileOptions { Threads = threads, Seed = 7, Backend = TestOptions.Default.Backend };
        using var training = Training.Compile(model, Losses.CrossEntropy, new AdamW(learningRate: 3e-3), BatchSpec.Of(BatchSize, 1, 12, 12), options);
        var samples = new float[BatchSize * 144];
        for (var i = 0; i < samples.Length; i++) samples[i] = Threefry.Uniform(11, 0, i);
        var classes = Enumerable.Range(0, BatchSize).Select(i => (long)i % 5).ToArray();
        var losses = new int[Steps];
        for (var step = 0; step < Steps; step++) losses[step] = BitConverter.SingleToInt32Bits(training.Step<float, long>(samples, classes));
        return (losses, model.NamedParameters().SelectMany(p => MemoryMarshal.AsBytes(p.Value.AsSpan<float>()).ToArray()).ToArray());
    }
}
