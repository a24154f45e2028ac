using GraphForge.Layers;

namespace GraphForge.Tests;

public sealed class InitializationTests
{
    [Test]
    public void A_linear_layer_draws_uniformly_within_one_over_root_fan_in()
    {
        var layer = new Linear(100, 400);
        layer.Initialize(seed: 1);
        AssertUniform(layer.Weight.AsSpan<float>().ToArray(), 0.1);
        AssertUniform(layer.Bias!.AsSpan<float>().ToArray(), 0.1);
    }

    [Test]
    public void A_convolution_counts_its_kernel_and_group_as_fan_in()
    {
        var layer = new Conv2d(8, 64, kernelSize: 5, groups: 2);
        layer.Initialize(seed: 1);
        AssertUniform(layer.Weight.AsSpan<float>().ToArray(), 1 / Math.Sqrt(4 * 25));
        Assert.That(layer.Bias!.AsSpan<float>().ToArray().Max(MathF.Abs), Is.LessThanOrEqualTo(0.1));
    }

    [Test]
    public void Values_follow_from_the_seed_alone()
    {
        var first = Weights(seed: 7);
        Assert.That(Weights(seed: 7), Is.EqualTo(first));
        Assert.That(Weights(seed: 8), Is.Not.EqualTo(first));
    }

    [Test]
    public void Layers_of_one_shape_draw_different_values()
    {
        var model = new Sequential(new Linear(4, 4), new Linear(4, 4));
        model.Initialize();
        var parameters = model.NamedParameters();
        Assert.That(parameters[0].Value.AsSpan<float>().ToArray(), Is.Not.EqualTo(parameters[2].Value.AsSpan<float>().ToArray()));
    }

    [Test]
    public void Compiling_draws_only_what_was_not_set()
    {
        var layer = new Linear(2, 1);
        layer.Weight.CopyFrom<float>([3, 4]);
        CompiledModel.Compile(layer, [2], TestOptions.Default);
        Assert.That(layer.Weight.AsSpan<float>().ToArray(), Is.EqualTo(new float[] { 3, 4 }));
        Assert.That(layer.Bias!.AsSpan<float>()[0], Is.Not.Zero);
    }

    [Test]
    public void Values_cannot_be_read_before_they_are_drawn() =>
        Assert.That(() => new Linear(2, 1).Weight.AsSpan<float>(), Throws.InvalidOperationException.With.Message
            .EqualTo("'Parameter' has no values yet: compile the model, call its Initialize, or set the values first."));

    [Test]
    public void Values_of_the_wrong_number_are_refused() =>
        Assert.That(() => new Linear(2, 1).Weight.CopyFrom<float>([1]), Throws.ArgumentException.With.Message
            .EqualTo("'Parameter' is float32[1, 2] and takes 2 values of its type; it was given 1 of float32."));

    private static float[] Weights(long seed)
    {
        var layer = new Linear(5, 5);
        layer.Initialize(seed);
        return layer.Weight.AsSpan<float>().ToArray();
    }

    private static void AssertUniform(float[] values, double bound)
    {
        Assert.Multiple(() =>
        {
            Assert.That(values.Max(MathF.Abs), Is.LessThanOrEqualTo(bound).And.GreaterThan(0.95 * bound));
            Assert.That(values.Average(), Is.Zero.Within(0.1 * bound));
            // The variance of a uniform distribution within ±b is b²/3.
            Assert.That(values.Average(v => v * v), Is.EqualTo(bound * bound / 3).Within(15).Percent);
        });
    }
}
