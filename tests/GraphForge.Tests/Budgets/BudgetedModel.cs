using System.Runtime.InteropServices;
using GraphForge.Compiler.Memory;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Budgets;

/// <summary>A small model whose training step is deep enough that values can be given up.</summary>
/// <param name="Name">Name for people.</param>
/// <param name="Make">A new one; values follow from the seed.</param>
/// <param name="Sample">Shape of one sample; it has one of two classes.</param>
public sealed record BudgetedModel(string Name, Func<Module> Make, long[] Sample)
{
    public const int Batch = 24;
    private const int Steps = 6;

    public static BudgetedModel[] All { get; } =
    [
        new("mlp", () => new Sequential([.. Enumerable.Range(0, 5).SelectMany(_ => new Module[] { new Linear(96, 96), new Tanh() }), new Linear(96, 2)]), [96]),
        new("cnn", () => new Sequential(new Conv2d(1, 8, 3, padding: 1), new BatchNorm2d(8), new ReLU(), new Conv2d(8, 8, 3, padding: 1), new BatchNorm2d(8),
            new ReLU(), new MaxPool2d(2), new Conv2d(8, 8, 3, padding: 1), new BatchNorm2d(8), new ReLU(), new Flatten(), new Linear(288, 2)), [1, 12, 12]),
        new("transformer", () => new Sequential(new Linear(6, 16), Block(), Block(), new Flatten(), new Linear(192, 2)), [12, 6]),
        new("lstm", () => new LastOfLstm(), [10, 6]),
    ];

    public Training Compile(Module model, int batch, long? budget, int threads = 2) => Training.Compile(model, Losses.CrossEntropy, new AdamW(learningRate: 3e-3),
        BatchSpec.Of(batch, Sample), TestOptions.WithSeed(5) with { MemoryBudget = budget, Threads = threads });

    /// <summary>What a few steps under a budget give.</summary>
    public Outcome Train(long budget, int threads = 2)
    {
        var model = Make();
        using var training = Compile(model, Batch, budget, threads);
        var (samples, classes) = (Samples(Batch), Enumerable.Range(0, Batch).Select(i => (long)i % 2).ToArray());
        var losses = new float[Steps];
        for (var step = 0; step < Steps; step++) losses[step] = training.Step<float, long>(samples, classes);
        byte[] parameters = [.. model.NamedParameters().SelectMany(p => MemoryMarshal.AsBytes(p.Value.AsSpan<float>()).ToArray())];
        return new Outcome(losses, parameters, training.Memory!.TotalBytes, training.Memory.Choices.Any(c => c.Kind == MemoryChoiceKind.MicroBatch));
    }

    public float[] Samples(int batch)
    {
        var samples = new float[batch * Sample.Aggregate(1L, (product, extent) => product * extent)];
        for (var i = 0; i < samples.Length; i++) samples[i] = Threefry.Uniform(11, 0, i) - 0.5f;
        return samples;
    }

    public override string ToString() => Name;

    private static TransformerEncoderLayer Block() => new(16, 2, 48, dropout: 0.2, batchFirst: true);

    private sealed class LastOfLstm : Module
    {
        private readonly Linear _before = new(6, 32);
        private readonly LSTM _lstm = new(32, 16, batchFirst: true);
        private readonly Linear _after = new(16, 2);

        public override Tensor Forward(Tensor input) => _after.Forward(_lstm.Forward(_before.Forward(input).Tanh().Sin()).Output.Select(1, -1));
    }
}

/// <summary>Bits of a training.</summary>
/// <param name="Losses">Before each step.</param>
/// <param name="Parameters">After the last.</param>
/// <param name="Planned">Bytes of the plan.</param>
/// <param name="IsSliced">Whether the batch ran in slices, so that sums have another order.</param>
public sealed record Outcome(float[] Losses, byte[] Parameters, long Planned, bool IsSliced);
