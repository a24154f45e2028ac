using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests;

/// <summary>Training on class numbers some of which the loss leaves out.</summary>
public sealed class IgnoredLabelTests
{
    private static readonly float[] Samples = [-1, 0, -2, 1, 1, 0, 2, 1];

    [Test]
    public void Ignored_samples_change_nothing()
    {
        using var some = Compile(out var first, IgnoreOnes, size: 4);
        using var rest = Compile(out var second, Losses.CrossEntropy, size: 2);
        for (var step = 0; step < 3; step++)
            Assert.That(some.Step<float, long>(Samples, [0, -1, 1, -1]),
                Is.EqualTo(rest.Step<float, long>([-1, 0, 1, 0], [0, 1])).Within(1e-6));
        Assert.That(first.Parameters().First().AsSpan<float>().ToArray(),
            Is.EqualTo(second.Parameters().First().AsSpan<float>().ToArray()).Within(1e-6));
    }

    [Test]
    public async Task Accuracy_counts_only_what_the_loss_does()
    {
        using var training = Compile(out _, IgnoreOnes, size: 4);
        var data = new ArrayDataset(Samples, [2], [0, -1, 1, -1]);
        var epochs = await training.FitAsync(data, epochs: 60, validation: data);
        Assert.That(epochs[^1].Accuracy, Is.EqualTo(1));
        Assert.That(epochs[^1].Validation!.Accuracy, Is.EqualTo(1));
        Assert.That(epochs[^1].Validation!.Confusion!.Total, Is.EqualTo(2));
    }

    [Test]
    public void Other_labels_out_of_range_are_still_refused()
    {
        using var training = Compile(out _, IgnoreOnes, size: 4);
        Assert.That(Assert.Throws<GraphException>(() => training.Step<float, long>(Samples, [0, -1, 2, 0]))!.Problem,
            Is.EqualTo("element 2 of the input 'targets' is 2, but cross-entropy takes classes 0..1, and ignores -1."));
    }

    private static Tensor IgnoreOnes(Tensor prediction, Tensor target) => Functional.CrossEntropy(prediction, target, ignoreIndex: -1);

    private static Training Compile(out Module model, Loss loss, int size)
    {
        model = new Linear(2, 2);
        return Training.Compile(model, loss, new SGD(learningRate: 0.5), BatchSpec.Of(size, 2), TestOptions.Default);
    }
}
