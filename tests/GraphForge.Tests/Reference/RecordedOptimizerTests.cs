using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Tests.Reference;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Tests.Reference;

/// <summary>Ten compiled steps of each optimizer against those recorded from PyTorch, with the gradients it was given.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedOptimizerTests
{
    internal static IReadOnlyList<OptimizerRun> Runs { get; } = RecordedFile<OptimizerRun>.Read("optimizers.json.gz");

    [TestCaseSource(nameof(Runs))]
    public void Steps_are_as_good_as_those_of_PyTorch(OptimizerRun run) => AssertSteps(run, TestOptions.Default);

    internal static void AssertSteps(OptimizerRun run, CompileOptions options)
    {
        var model = new Weighed(run);
        var batch = BatchSpec.Of(1, run.Parameters.Length).WithTarget(1);
        using var training = Training.Compile(model, (prediction, _) => prediction, run.Create(), batch, options);
        foreach (var (step, gradient) in run.Gradients.Index())
        {
            training.Step<float, float>(gradient, [0]);
            AssertWithin(model.Elements, run.Steps, step, "parameters");
            if (run.Norms is { } norms) AssertWithin([(float)training.GradientNorm], norms, step, "norm");
            if (run.Averages is not { } averages) continue;
            using (training.UseAverage()) AssertWithin(model.Elements, averages, step, "running means");
            AssertWithin(model.Elements, run.Steps, step, "parameters after their means");
        }
        Assert.That(training.Compilations, Is.EqualTo(1));
    }

    private static void AssertWithin(float[] actual, Trajectory expected, int step, string what) =>
        Accuracy.AssertWithin(Literal.Of<float>(actual, actual.Length), expected.At(step), $"{what} after step {step + 1}");

    /// <summary>Σ sample · value over all parameters, whose gradients together are the sample.</summary>
    private sealed class Weighed : Module
    {
        private readonly Parameter[] _values;

        public Weighed(OptimizerRun run)
        {
            _values = new Parameter[run.Dims.Length];
            var start = 0;
            for (var i = 0; i < _values.Length; i++)
            {
                var shape = Shape.Of(run.Dims[i]);
                _values[i] = new Parameter(From(run.Parameters, start), run.Dims[i]);
                start += (int)shape.Size.Value;
            }
        }

        public float[] Elements => [.. _values.SelectMany(v => v.AsSpan<float>().ToArray())];

        public override Tensor Forward(Tensor input) => (input * Tensor.Cat([.. _values.Select(v => ((Tensor)v).Reshape(-1))], 0)).Sum();

        private static Initializer From(float[] all, int start) => (values, _, _) => all.AsSpan(start, values.Length).CopyTo(values);
    }
}
