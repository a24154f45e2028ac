using System.Text.Json;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Tests.Reference;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Reference;

/// <summary>Ten compiled steps of each optimizer against those recorded from PyTorch, with the gradients it was given.</summary>
public sealed class RecordedOptimizerTests
{
    private static IReadOnlyList<OptimizerRun> Runs { get; } = RecordedFile<OptimizerRun>.Read("optimizers.json.gz");

    [TestCaseSource(nameof(Runs))]
    public void Steps_are_as_good_as_those_of_PyTorch(OptimizerRun run)
    {
        var model = new Weighed(run);
        var batch = BatchSpec.Of(1, run.Dims).WithTarget(1);
        using var training = Training.Compile(
            model, (prediction, _) => prediction.Sum(), run.Create(), batch, TestOptions.Default);
        foreach (var (step, gradient) in run.Gradients.Index())
        {
            training.Step<float, float>(gradient, [0]);
            var expected = new RecordedTensor("float32", run.Dims, run.Steps[step], run.Truth[step], null);
            var actual = Literal.Of<float>(model.Value.AsSpan<float>(), run.Dims);
            Accuracy.AssertWithin(actual, expected, $"step {step + 1}");
        }
    }

    /// <summary>An optimizer's settings, what it was given, and the parameter after each step.</summary>
    public sealed record OptimizerRun(
        string Name, string Optimizer, Dictionary<string, JsonElement> Arguments, long[] Dims, float[] Parameter,
        float[][] Gradients, double[][] Steps, double[][] Truth)
    {
        public Optimizer Create() => Optimizer switch
        {
            "SGD" => new SGD(
                Number("lr"), Number("momentum"), Number("dampening"), Number("weight_decay"), Arguments.ContainsKey("nesterov")),
            "Adam" => new Adam(Number("lr"), Betas, Number("eps", 1e-8), Number("weight_decay")),
            "AdamW" => new AdamW(Number("lr"), Betas, Number("eps", 1e-8), Number("weight_decay")),
            _ => throw new NotSupportedException($"No optimizer is named {Optimizer}."),
        };

        private (double, double)? Betas =>
            Arguments.TryGetValue("betas", out var betas) ? (betas[0].GetDouble(), betas[1].GetDouble()) : null;

        private double Number(string name, double otherwise = 0) =>
            Arguments.TryGetValue(name, out var value) ? value.GetDouble() : otherwise;

        public override string ToString() => Name;
    }

    /// <summary>Σ sample · value, whose gradient is the sample.</summary>
    private sealed class Weighed(OptimizerRun run) : Module
    {
        public Parameter Value { get; } = new((values, _, _) => run.Parameter.CopyTo(values), run.Dims);

        public override Tensor Forward(Tensor input) => input * Value;
    }
}
