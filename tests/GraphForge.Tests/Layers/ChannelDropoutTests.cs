using GraphForge.Initialization;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Layers;

/// <summary>Dropouts of whole channels and that of SELU networks, on what they make of a batch of ones while training.</summary>
public sealed class ChannelDropoutTests
{
    private const int Channels = 1000;

    [Test]
    public void Whole_channels_are_zeroed_and_the_rest_is_scaled_up()
    {
        foreach (var (layer, sample) in new (Module, long[])[]
        {
            (new Dropout1d(0.25), [Channels, 4]), (new Dropout2d(0.25), [Channels, 2, 2]), (new Dropout3d(0.25), [Channels, 2, 1, 2]),
        })
        {
            var seen = Train(layer, sample).Seen.Chunk(4).ToArray();
            Assert.That(seen.All(channel => channel.Distinct().Count() == 1), layer.ToString());
            Assert.That(seen.Select(channel => channel[0]).Distinct().Order(), Is.EqualTo(new[] { 0, 1 / 0.75f }).Within(1e-6), layer.ToString());
            Assert.That(seen.Count(channel => channel[0] == 0), Is.EqualTo(0.25 * Channels).Within(4 * Math.Sqrt(Channels * 0.25 * 0.75)));
        }
    }

    [Test]
    public void Alpha_dropout_keeps_mean_and_variance_of_standard_values()
    {
        var seen = Train(new AlphaDropout(0.3), [Channels * 20], standard: true).Seen;
        Assert.That(seen.Average(), Is.Zero.Within(0.03));
        Assert.That(seen.Average(v => v * v), Is.EqualTo(1).Within(0.05));
        // What is dropped all has one value.
        Assert.That(seen.GroupBy(v => v).Max(group => group.Count()) / (double)seen.Length, Is.EqualTo(0.3).Within(0.02));
    }

    [Test]
    public void Inference_changes_nothing()
    {
        float[] values = [1, 2, 3, 4];
        Assert.That(Values.Infer(new Dropout2d(0.9), [2, 2, 1], values), Is.EqualTo(values));
        Assert.That(Values.Infer(new AlphaDropout(0.9), [4], values), Is.EqualTo(values));
    }

    [Test]
    public void The_derivative_is_0_where_an_element_was_dropped()
    {
        foreach (var layer in new Module[] { new Dropout(0.25), new Dropout1d(0.25) })
        {
            var (seen, derivative) = Train(layer, [Channels, 4]);
            Assert.That(derivative, Is.EqualTo(seen).Within(1e-6), layer.ToString());
        }
        var (alpha, derivatives) = Train(new AlphaDropout(0.25), [Channels]);
        Assert.That(derivatives.Select(d => d > 0), Is.EqualTo(alpha.Select(v => v > 0)));
        Assert.That(derivatives.Distinct().Count(), Is.EqualTo(2));
    }

    [Test]
    public void Masks_are_those_of_the_reference_for_any_number_of_threads([Values] bool whole)
    {
        var layer = whole ? (Module)new Dropout1d(0.4) : new AlphaDropout(0.4);
        var expected = Train(layer, [Channels, 7], options: TestOptions.WithSeed(2) with { Backend = Backend.Reference }).Seen;
        for (var threads = 1; threads <= 3; threads++)
            Assert.That(Train(layer, [Channels, 7], options: TestOptions.WithSeed(2) with { Threads = threads }).Seen.Select(v => v > 0),
                Is.EqualTo(expected.Select(v => v > 0)), $"{threads} threads");
    }

    /// <summary>What the layer makes of an input in a step of training, and the derivative of its sum in a factor of the input.</summary>
    private static (float[] Seen, float[] Derivative) Train(Module layer, long[] sample, bool standard = false, CompileOptions? options = null)
    {
        var model = new Recorder(layer, sample);
        using var training = Training.Compile(
            model, (y, _) => y.Sum(), new SGD(1), BatchSpec.Of(1, sample).WithTarget(sample), options ?? TestOptions.WithSeed(2));
        var input = new float[model.Seen.Shape.Size.Value];
        if (standard) Values.Drawn(Init.Normal(), input.Length).CopyTo(input, 0);
        else Array.Fill(input, 1);
        training.Step(input, input);
        return (model.Seen.AsSpan<float>().ToArray(), [.. model.Factors.AsSpan<float>().ToArray().Select(after => 1 - after)]);
    }

    private sealed class Recorder(Module layer, long[] sample) : Module
    {
        private readonly Module _layer = layer;

        public Parameter Factors { get; } = new(Init.Ones, sample);

        public ModuleBuffer Seen { get; } = new(Init.Zeros, sample);

        public override Tensor Forward(Tensor input)
        {
            var dropped = _layer.Forward(input * Factors);
            if (IsTraining) Seen.Assign(dropped.Sum(0));
            return dropped;
        }
    }
}
