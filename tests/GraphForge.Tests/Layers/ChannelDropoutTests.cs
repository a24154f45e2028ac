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
            var seen = Train(layer, sample).Chunk(4).ToArray();
            Assert.That(seen.All(channel => channel.Distinct().Count() == 1), layer.ToString());
            Assert.That(seen.Select(channel => channel[0]).Distinct().Order(), Is.EqualTo(new[] { 0, 1 / 0.75f }).Within(1e-6), layer.ToString());
            Assert.That(seen.Count(channel => channel[0] == 0), Is.EqualTo(0.25 * Channels).Within(4 * Math.Sqrt(Channels * 0.25 * 0.75)));
        }
    }

    [Test]
    public void Alpha_dropout_keeps_mean_and_variance_of_standard_values()
    {
        var seen = Train(new AlphaDropout(0.3), [Channels * 20], standard: true);
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

    private static float[] Train(Module layer, long[] sample, bool standard = false)
    {
        var model = new Recorder(layer, sample);
        using var training = Training.Compile(model, Losses.Mse, new SGD(), BatchSpec.Of(1, sample).WithTarget(sample), TestOptions.WithSeed(2));
        var input = new float[model.Seen.Shape.Size.Value];
        if (standard) Values.Drawn(Init.Normal(), input.Length).CopyTo(input, 0);
        else Array.Fill(input, 1);
        training.Step(input, input);
        return model.Seen.AsSpan<float>().ToArray();
    }

    private sealed class Recorder(Module layer, long[] sample) : Module
    {
        private readonly Module _layer = layer;
        private readonly Parameter _scale = new(Init.Ones, 1);

        public ModuleBuffer Seen { get; } = new(Init.Zeros, sample);

        public override Tensor Forward(Tensor input)
        {
            var dropped = _layer.Forward(input);
            if (IsTraining) Seen.Assign(dropped.Sum(0));
            return dropped * _scale;
        }
    }
}
