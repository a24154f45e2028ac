using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tests;

/// <summary>Training with weights and activations of 16 bits.</summary>
public sealed class MixedPrecisionTests
{
    /// <summary>A perceptron whose weights and activations are bfloat16 or float16.</summary>
    private sealed class Perceptron(DType type) : Module
    {
        private readonly Linear _hidden = new(64, 48, dtype: type);
        private readonly Linear _scores = new(48, 10, dtype: type);

        public Linear Hidden => _hidden;

        public override Tensor Forward(Tensor images) => _scores.Forward(_hidden.Forward(images.Flatten(1).To(type)).Relu());
    }

    /// <summary>A convolutional network in 16 bits.</summary>
    private sealed class Convolutional(DType type) : Module
    {
        private readonly Conv2d _edges = new(1, 8, 3, padding: 1, dtype: type);
        private readonly Conv2d _shapes = new(8, 16, 3, dtype: type);
        private readonly Linear _scores = new(16 * 2 * 2, 10, dtype: type);

        public override Tensor Forward(Tensor images)
        {
            var edges = Functional.MaxPool2d(_edges.Forward(images.To(type)).Relu(), 2);
            return _scores.Forward(_shapes.Forward(edges).Relu().Flatten(1));
        }
    }

    [Test]
    public async Task A_perceptron_learns_digits([Values(DType.BFloat16, DType.Float16)] DType type)
    {
        var (train, test) = (Digits(600, seed: 1), Digits(200, seed: 2));
        using var training = Training.Compile(
            new Perceptron(type), Losses.CrossEntropy, new AdamW(learningRate: 3e-3), BatchSpec.Of(train, 32), TestOptions.Default);
        var epochs = await training.FitAsync(train, epochs: 6, validation: test);
        Assert.That(epochs[^1].Validation!.Accuracy, Is.GreaterThan(0.95));
    }

    [Test]
    public async Task A_convolutional_network_learns_digits([Values(DType.BFloat16, DType.Float16)] DType type)
    {
        var (train, test) = (Digits(600, seed: 1), Digits(200, seed: 2));
        using var training = Training.Compile(new Convolutional(type), Losses.CrossEntropy,
            new SGD(learningRate: 0.05, momentum: 0.9), BatchSpec.Of(train, 32), TestOptions.Default);
        var epochs = await training.FitAsync(train, epochs: 6, validation: test);
        Assert.That(epochs[^1].Validation!.Accuracy, Is.GreaterThan(0.95));
    }

    // Near 1 neighbours in bfloat16 are 2⁻⁷ apart: without what rounding takes, no step of 10⁻³ would ever move the weight.
    [Test]
    public void Small_steps_add_up()
    {
        var model = new Scale();
        using var training = Training.Compile(
            model, (prediction, _) => prediction.Mean(), new SGD(learningRate: 1e-3), BatchSpec.Of(1, 1), TestOptions.Default);
        for (var step = 0; step < 100; step++) training.Step<float, long>([1f], [0]);
        Assert.That((float)model.Factor.AsSpan<BFloat16>()[0], Is.EqualTo(0.9f).Within(1.0 / (1 << 8)));
    }

    [Test]
    public void Inference_gives_float32()
    {
        var model = new Perceptron(DType.BFloat16);
        var scores = Values.Infer(model, [8, 8], new float[64]);
        Assert.That(scores, Has.Length.EqualTo(10));
        Assert.That(model.Hidden.Weight.AsSpan<BFloat16>()[0], Is.Not.EqualTo(BFloat16.FromBits(0)));
    }

    [Test]
    public void Types_that_do_not_fit_are_told()
    {
        var layer = new Linear(3, 2, dtype: DType.BFloat16);
        var mixed = Assert.Throws<GraphException>(() => layer.Forward(Tensor.Input("x", DType.Float32, 4, 3)));
        Assert.That(mixed.Problem, Is.EqualTo(
            "linear takes an input and weights of one element type, got float32[4, 3] and bfloat16[2, 3]; convert one with To."));
        var whole = Assert.Throws<GraphException>(() => _ = new Parameter(Initialization.Init.Zeros, DType.Int32, 2));
        Assert.That(whole.Problem, Is.EqualTo("a parameter holds floats, not int32."));
        var bits = Assert.Throws<GraphException>(() => _ = ~Tensor.Input("x", DType.BFloat16, 4));
        Assert.That(bits.Problem, Is.EqualTo("not takes bool or an integer element type, got bfloat16[4]; cast the operand."));
        var weights = new Parameter(Initialization.Init.Zeros, DType.Float16, 2);
        Assert.That(() => weights.CopyFrom<float>([1, 2]), Throws.ArgumentException.With.Message.EqualTo(
            "'Parameter' is float16[2] and takes 2 values of its type; it was given 2 of float32."));
    }

    private sealed class Scale : Module
    {
        public Parameter Factor { get; } = new(Initialization.Init.Ones, DType.BFloat16, 1);

        public override Tensor Forward(Tensor input) => input.To(DType.BFloat16) * Factor;
    }

    /// <summary>Each class is a fixed pattern of 8 × 8, shifted by up to a pixel, with noise.</summary>
    private static ArrayDataset Digits(int count, int seed)
    {
        var (patterns, random) = (new Random(0), new Random(seed));
        var shapes = Enumerable.Range(0, 10).Select(_ => Enumerable.Range(0, 64).Select(_ => patterns.Next(3) == 0 ? 1f : 0f).ToArray()).ToArray();
        var (samples, labels) = (new float[count * 64], new long[count]);
        for (var i = 0; i < count; i++)
        {
            labels[i] = random.Next(10);
            var (down, right) = (random.Next(2), random.Next(2));
            for (var pixel = 0; pixel < 64; pixel++)
                samples[i * 64 + pixel] = shapes[labels[i]][(pixel / 8 + down) % 8 * 8 + (pixel + right) % 8] + 0.3f * (random.NextSingle() - 0.5f);
        }
        return new ArrayDataset(samples, [1, 8, 8], labels);
    }
}
