using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Compiled;

/// <summary>Every op sample, compiled, against the reference evaluator: forward and gradient.</summary>
[Parallelizable(ParallelScope.Children)]
public class CompiledOpTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    [TestCaseSource(typeof(OpSamples), nameof(OpSamples.All))]
    public void ForwardAgreesWithReference(OpSample sample)
    {
        foreach (var type in new[] { DType.Float32, DType.Float64, DType.Float16, DType.BFloat16 })
            Compare(sample.Graph(type), sample.Values(type), type);
    }

    [TestCaseSource(typeof(OpSamples), nameof(OpSamples.OfNumbers))]
    public void GradientAgreesWithReference(OpSample sample)
    {
        var inputs = sample.Inputs(DType.Float32);
        var output = sample.Build(inputs);
        var targets = inputs.Where(i => i.Type.DType == DType.Float32).ToArray();
        if (!output.Type.DType.IsFloat() || targets.Length == 0) return;
        var gradients = Gradients.Of((output * output).Sum(), targets);
        var graph = new ComputationGraph(sample.Name, gradients.Select((g, i) => new NamedOutput($"g{i}", g)).ToEquatable(), []);
        var used = graph.Inputs.Select(i => i.Label).ToHashSet();
        Compare(graph, sample.Values(DType.Float32).Where(p => used.Contains(p.Key)).ToDictionary(), DType.Float32);
    }

    private static void Compare(ComputationGraph graph, Dictionary<string, Literal> values, DType type)
    {
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates);
        var actual = CompiledGraph.Evaluate(graph, values, NoStates);
        foreach (var (name, value) in expected.Outputs)
            Closeness.AssertClose(actual.Outputs[name], value, Closeness.Tolerance(type), $"{graph.Name} {type} {name}");
    }
}
