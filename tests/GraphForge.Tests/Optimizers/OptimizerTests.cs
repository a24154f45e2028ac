using GraphForge.Initialization;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Optimizers;

/// <summary>
/// Each optimizer against PyTorch's published formula, written out in float64, over several steps on the gradient of
/// (p - t)², which is 2·(p - t).
/// </summary>
public sealed class OptimizerTests
{
    private const int StepCount = 6;
    private const float Start = 2;

    [TestCase(0, 0, 0, false)]
    [TestCase(0.9, 0, 0, false)]
    [TestCase(0.9, 0.5, 0, false)]
    [TestCase(0.9, 0, 0.1, false)]
    [TestCase(0.9, 0, 0.1, true)]
    public void Sgd_follows_its_formula(double momentum, double dampening, double weightDecay, bool nesterov)
    {
        double? buffer = null;
        var expected = Reference((p, gradient, _) =>
        {
            gradient += weightDecay * p;
            if (momentum == 0) return p - 0.05 * gradient;
            buffer = buffer is null ? gradient : momentum * buffer + (1 - dampening) * gradient;
            return p - 0.05 * (nesterov ? gradient + momentum * buffer.Value : buffer.Value);
        });
        Assert.That(Train(new SGD(0.05, momentum, dampening, weightDecay, nesterov)), Is.EqualTo(expected).Within(1e-5));
    }

    [TestCase(0.9, 0.999, 0)]
    [TestCase(0.5, 0.9, 0.1)]
    public void Adam_follows_its_formula(double beta1, double beta2, double weightDecay)
    {
        var adam = new AdamReference(beta1, beta2);
        var expected = Reference((p, gradient, step) => p - adam.Move(0.1, gradient + weightDecay * p, step));
        Assert.That(Train(new Adam(0.1, (beta1, beta2), weightDecay: weightDecay)), Is.EqualTo(expected).Within(1e-5));
    }

    [TestCase(0)]
    [TestCase(0.01)]
    [TestCase(0.5)]
    public void AdamW_decays_the_parameter_and_not_the_gradient(double weightDecay)
    {
        var adam = new AdamReference(0.9, 0.999);
        var expected = Reference((p, gradient, step) => p * (1 - 0.1 * weightDecay) - adam.Move(0.1, gradient, step));
        Assert.That(Train(new AdamW(0.1, weightDecay: weightDecay)), Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void Defaults_are_those_of_torch()
    {
        Assert.That(Train(new Adam()), Is.EqualTo(Train(new Adam(1e-3, (0.9, 0.999), 1e-8, 0))));
        Assert.That(Train(new AdamW()), Is.EqualTo(Train(new AdamW(1e-3, (0.9, 0.999), 1e-8, 1e-2))));
        Assert.That(Train(new SGD()), Is.EqualTo(Train(new SGD(1e-3, 0, 0, 0, false))));
    }

    [Test]
    public void Settings_out_of_range_are_refused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Problem(() => new SGD(-1)), Is.EqualTo("SGD: learningRate must be at least 0 but is -1."));
            Assert.That(Problem(() => new SGD(0.1, nesterov: true)),
                Is.EqualTo("SGD: nesterov needs a momentum above 0 and a dampening of 0."));
            Assert.That(Problem(() => new Adam(betas: (1, 0.9))), Is.EqualTo("Adam: betas.First must lie in [0, 1) but is 1."));
            Assert.That(Problem(() => new AdamW(eps: double.NaN)), Is.EqualTo("AdamW: eps must be at least 0 but is NaN."));
        });
    }

    private static string Problem(Action action) => Assert.Throws<Compiler.Graph.GraphException>(action)!.Problem;

    private static float[] Train(Optimizer optimizer)
    {
        var model = new Point();
        using var training = Training.Compile(model, Losses.Mse, optimizer, BatchSpec.Of(1, 1).WithTarget(1), TestOptions.Default);
        return [.. Enumerable.Range(0, StepCount).Select(step =>
        {
            training.Step<float, float>([0], [Target(step)]);
            return model.Value.AsSpan<float>()[0];
        })];
    }

    private static float[] Reference(Func<double, double, int, double> update)
    {
        double p = Start;
        return [.. Enumerable.Range(0, StepCount).Select(step => (float)(p = update(p, 2 * (p - Target(step)), step + 1)))];
    }

    private static float Target(int step) => step % 3 - 0.5f;

    private sealed class AdamReference(double beta1, double beta2)
    {
        private double _mean;
        private double _square;

        public double Move(double learningRate, double gradient, int step)
        {
            _mean = beta1 * _mean + (1 - beta1) * gradient;
            _square = beta2 * _square + (1 - beta2) * gradient * gradient;
            var (mean, square) = (_mean / (1 - Math.Pow(beta1, step)), _square / (1 - Math.Pow(beta2, step)));
            return learningRate * mean / (Math.Sqrt(square) + 1e-8);
        }
    }

    /// <summary>A single number that the loss draws towards the target.</summary>
    private sealed class Point : Module
    {
        public Parameter Value { get; } = new(Init.Constant(Start), 1);

        public override Tensor Forward(Tensor input) => input + Value;
    }
}
