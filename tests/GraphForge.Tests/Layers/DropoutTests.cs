using GraphForge.Initialization;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Layers;

public sealed class DropoutTests
{
    private const int Width = 2000;

    [Test]
    public void Inference_changes_nothing() =>
        Assert.That(Values.Infer(new Dropout(0.9), [4], 1, 2, 3, 4), Is.EqualTo(new float[] { 1, 2, 3, 4 }));

    [Test]
    public void Training_zeroes_a_share_and_scales_up_the_rest()
    {
        var seen = DropOnes(seed: 1, steps: 1)[0];
        Assert.That(seen.Distinct().Order(), Is.EqualTo(new[] { 0f, 1 / 0.75f }).Within(1e-6));
        Assert.That(seen.Count(v => v == 0), Is.EqualTo(0.25 * Width).Within(4 * Math.Sqrt(Width * 0.25 * 0.75)));
    }

    [Test]
    public void Masks_follow_from_the_seed_and_differ_from_step_to_step()
    {
        var first = DropOnes(seed: 5, steps: 2);
        Assert.That(DropOnes(seed: 5, steps: 2), Is.EqualTo(first));
        Assert.That(first[1], Is.Not.EqualTo(first[0]));
        Assert.That(DropOnes(seed: 6, steps: 1)[0], Is.Not.EqualTo(first[0]).And.Not.EqualTo(first[1]));
    }

    /// <summary>What dropout made of a batch of ones, for each of the first steps.</summary>
    private static float[][] DropOnes(long seed, int steps)
    {
        var model = new Recorder();
        using var training = Training.Compile(
            model, Losses.Mse, new SGD(), BatchSpec.Of(1, Width).WithTarget(Width), TestOptions.WithSeed(seed));
        var ones = Enumerable.Repeat(1f, Width).ToArray();
        return [.. Enumerable.Range(0, steps).Select(_ =>
        {
            training.Step(ones, ones);
            return model.Seen.AsSpan<float>().ToArray();
        })];
    }

    private sealed class Recorder : Module
    {
        private readonly Dropout _dropout = new(0.25);
        private readonly Parameter _scale = new(Init.Ones, 1);

        public ModuleBuffer Seen { get; } = new(Init.Zeros, Width);

        public override Tensor Forward(Tensor input)
        {
            var dropped = _dropout.Forward(input);
            if (IsTraining) Seen.Assign(dropped.Sum(0));
            return dropped * _scale;
        }
    }
}
