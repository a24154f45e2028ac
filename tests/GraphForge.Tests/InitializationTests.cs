using GraphForge.Initialization;
using GraphForge.Layers;
using GraphForge.Runtime;

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
    public void A_forward_function_that_reads_values_waits_for_them()
    {
        var first = new Parameter((values, _, _) =>
        {
            Thread.Sleep(50);
            values.Fill(3);
        }, 1);
        var model = new Stored(first, new Parameter(Init.Ones, 1));
        var read = 0f;
        CompiledModel.Compile(model, inputs =>
        {
            read = first.AsSpan<float>()[0];
            return new NamedTensors { ["y"] = inputs["x"] * first! * model.Second! };
        }, [new TensorSpec("x", DType.Float32, [1])], TestOptions.Default);
        Assert.That(read, Is.EqualTo(3));
    }

    [Test]
    public void An_initializer_reads_what_was_drawn_before_and_nothing_else()
    {
        var first = new Parameter(Init.Constant(5), 1);
        var second = new Parameter((values, _, _) => first.AsSpan<float>().CopyTo(values), 1);
        Compile(new Stored(first, second));
        Assert.That(second.AsSpan<float>()[0], Is.EqualTo(5));

        Parameter? later = null;
        first = new Parameter((values, _, _) => later!.AsSpan<float>().CopyTo(values), 1);
        later = new Parameter(Init.Ones, 1);
        Assert.That(() => Compile(new Stored(first, later)), Throws.InvalidOperationException.With.Message.StartsWith("'second' has no values yet"));
    }

    [Test]
    public void What_an_initializer_throws_is_thrown_and_the_next_compilation_draws_again()
    {
        var fails = true;
        var first = new Parameter((values, _, _) => values.Fill(fails ? throw new FormatException("no such file") : 2), 1);
        var model = new Stored(new Parameter(Init.Constant(7), 1), first);

        Assert.That(() => Compile(model), Throws.TypeOf<FormatException>().With.Message.EqualTo("no such file"));
        fails = false;
        Compile(model);

        Assert.That(model.First.AsSpan<float>()[0], Is.EqualTo(7));
        Assert.That(first.AsSpan<float>()[0], Is.EqualTo(2));
    }

    [Test]
    public void Values_cannot_be_read_before_they_are_drawn() =>
        Assert.That(() => new Linear(2, 1).Weight.AsSpan<float>(), Throws.InvalidOperationException.With.Message
            .EqualTo("'Parameter' has no values yet: compile the model, call its Initialize, or set the values first."));

    [Test]
    public void Values_of_the_wrong_number_are_refused() =>
        Assert.That(() => new Linear(2, 1).Weight.CopyFrom<float>([1]), Throws.ArgumentException.With.Message
            .EqualTo("'Parameter' is float32[1, 2] and takes 2 values of its type; it was given 1 of float32."));

    private static void Compile(Stored model) => CompiledModel.Compile(
        model, inputs => new NamedTensors { ["y"] = inputs["x"] * model.First! * model.Second! }, [new TensorSpec("x", DType.Float32, [1])], TestOptions.Default);

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

    private sealed class Stored(Parameter first, Parameter second) : Module
    {
        public Parameter First { get; } = first;

        public Parameter Second { get; } = second;

        public override Tensor Forward(Tensor input) => input;
    }
}
