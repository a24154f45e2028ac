using GraphForge.Initialization;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Optimizers;

/// <summary>Parameters of 16 bits: only they are rounded, after each step; what the optimizer keeps is float32.</summary>
[TestFixture(DType.Float16)]
[TestFixture(DType.BFloat16)]
public sealed class HalfParameterTests(DType type)
{
    /// <summary>A sum of squares of 16 bits would stay at 4096, where adding 1 is lost in rounding.</summary>
    [Test]
    public void What_the_optimizer_keeps_is_float32()
    {
        var model = new Point(type);
        using var training = Compile(model, new Adagrad(initialAccumulatorValue: 4096));
        training.LearningRate = 0;
        for (var step = 1; step < 3 * 4096; step++) training.Step(("gradient", new[] { 1f }));
        training.LearningRate = 1;
        training.Step(("gradient", new[] { 1f }));
        Assert.That(model.Read(), Is.EqualTo(1 - 1 / MathF.Sqrt(4 * 4096)));
    }

    /// <summary>With 8 bits a mean of decay 0.999 would never move.</summary>
    [Test]
    public void The_running_mean_is_kept_in_float32()
    {
        var model = new Point(type);
        var optimization = new Optimization(new SGD(1)) { Average = new WeightAverage(0.999) };
        using var training = Compile(model, optimization);
        training.Step(("gradient", new[] { 1f }));
        for (var step = 1; step < 200; step++) training.Step(("gradient", new[] { 0f }));
        Assert.That(model.Read(), Is.Zero);
        using (training.UseAverage()) Assert.That(model.Read(), Is.EqualTo((float)Math.Pow(0.999, 200)).Within(0.003f));
        Assert.That(model.Read(), Is.Zero);
    }

    private static Training Compile(Point model, Optimization optimization) => Training.Compile(
        model, x => model.Forward(x["gradient"]), optimization, [TensorSpec.Of<float>("gradient")], options: TestOptions.Default);

    /// <summary>One number, starting at 1, whose gradient is the input.</summary>
    private sealed class Point(DType type) : Module
    {
        public Parameter Value { get; } = new(Init.Ones, type);

        public override Tensor Forward(Tensor input) => input * ((Tensor)Value).To(DType.Float32);

        public float Read() => Value.DType == DType.Float16 ? (float)Value.AsSpan<Half>()[0] : Value.AsSpan<BFloat16>()[0];
    }
}
