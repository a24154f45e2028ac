using GraphForge.Initialization;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Optimizers;

/// <summary>
/// Each optimizer against PyTorch's published formula, written out in float64, over several steps on the gradient of
/// Σ (p - t)², which is 2·(p - t); for a single parameter and for more than fill the lanes of a vector evenly.
/// </summary>
[TestFixture(1)]
[TestFixture(37)]
public sealed class OptimizerTests(int width)
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
        var expected = Reference(() =>
        {
            double? buffer = null;
            return (p, gradient, _) =>
            {
                gradient += weightDecay * p;
                if (momentum == 0) return p - 0.05 * gradient;
                buffer = buffer is null ? gradient : momentum * buffer + (1 - dampening) * gradient;
                return p - 0.05 * (nesterov ? gradient + momentum * buffer.Value : buffer.Value);
            };
        });
        Assert.That(Train(new SGD(0.05, momentum, dampening, weightDecay, nesterov)), Is.EqualTo(expected).Within(1e-5));
    }

    [TestCase(0.9, 0.999, 0)]
    [TestCase(0.5, 0.9, 0.1)]
    public void Adam_follows_its_formula(double beta1, double beta2, double weightDecay)
    {
        var expected = Reference(() =>
        {
            var adam = new AdamReference(beta1, beta2);
            return (p, gradient, step) => p - adam.Move(0.1, gradient + weightDecay * p, step);
        });
        Assert.That(Train(new Adam(0.1, (beta1, beta2), weightDecay: weightDecay)), Is.EqualTo(expected).Within(1e-5));
    }

    [TestCase(0)]
    [TestCase(0.01)]
    [TestCase(0.5)]
    public void AdamW_decays_the_parameter_and_not_the_gradient(double weightDecay)
    {
        var expected = Reference(() =>
        {
            var adam = new AdamReference(0.9, 0.999);
            return (p, gradient, step) => p * (1 - 0.1 * weightDecay) - adam.Move(0.1, gradient, step);
        });
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

    /// <summary>The parameter's elements after every step.</summary>
    private float[] Train(Optimizer optimizer)
    {
        var model = new Point(width);
        Loss squares = (prediction, target) => (prediction - target).Square().Sum();
        using var training = Training.Compile(model, squares, optimizer, BatchSpec.Of(1, 1).WithTarget(width), TestOptions.Default);
        var after = new List<float>();
        for (var step = 1; step <= StepCount; step++)
        {
            training.Step<float, float>([0], [.. Enumerable.Range(0, width).Select(i => Target(step, i))]);
            after.AddRange(model.Value.AsSpan<float>());
        }
        return [.. after];
    }

    /// <summary>The same by a formula, which is made anew for each element and keeps that element's state.</summary>
    private float[] Reference(Func<Func<double, double, int, double>> formula)
    {
        var updates = Enumerable.Range(0, width).Select(_ => formula()).ToArray();
        var values = Enumerable.Repeat((double)Start, width).ToArray();
        var after = new List<float>();
        for (var step = 1; step <= StepCount; step++)
            for (var i = 0; i < width; i++)
            {
                values[i] = updates[i](values[i], 2 * (values[i] - Target(step, i)), step);
                after.Add((float)values[i]);
            }
        return [.. after];
    }

    /// <summary>Away from the values, as Adam divides by the size of a gradient, which must not vanish.</summary>
    private static float Target(int step, int element) => step % 3 - 1.5f - 0.1f * element;

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

    /// <summary>Numbers that the loss draws towards the target.</summary>
    private sealed class Point(int width) : Module
    {
        public Parameter Value { get; } = new(Init.Constant(Start), width);

        public override Tensor Forward(Tensor input) => input + Value;
    }
}
