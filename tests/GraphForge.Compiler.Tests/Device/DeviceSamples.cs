using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Compiler.Tests.Device.Double;
using GraphForge.Compiler.Tests.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Device;

/// <summary>Graphs compiled for a small GPU, all their kernels in one compilation.</summary>
internal sealed class DeviceSamples
{
    /// <summary>So few threads and so little memory that small samples have tails, several tiles and several groups.</summary>
    public static readonly GpuTarget Small = new(2, 8, 64, 8 * 1024, 128, 64);

    /// <summary>Likewise, of a device whose warps exchange registers.</summary>
    public static readonly GpuTarget SmallWarps = Small with { HasShuffles = true };

    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    private readonly Dictionary<string, (ComputationGraph Graph, CompiledSource Source, Type Kernels)> _compiled;
    private readonly Dictionary<string, Exception> _failed = [];

    private readonly GpuTarget _target;

    private DeviceSamples(IEnumerable<ComputationGraph> graphs, GpuTarget target)
    {
        _target = target;
        var sources = new List<(ComputationGraph Graph, CompiledSource Source)>();
        foreach (var graph in graphs)
            try
            {
                sources.Add((graph, Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Device = target, Threads = 1 })));
            }
            catch (Exception exception)
            {
                // The sample's own test reports it, and the others run.
                _failed[graph.Name] = exception;
            }
        var kernels = DoubleCompiler.Compile([.. sources.Select(s => s.Source.KernelText)]);
        _compiled = sources.Zip(kernels).ToDictionary(s => s.First.Graph.Name, s => (s.First.Graph, s.First.Source, s.Second));
    }

    public static DeviceSamples Of(DType type, GpuTarget target) => new(OpSamples.All.Select(s => s.Graph(type)), target);

    /// <summary>The gradient of the sum of squares of each sample that has one.</summary>
    public static DeviceSamples OfGradients(GpuTarget target) => new(OpSamples.OfNumbers.Select(GradientOf).OfType<ComputationGraph>(), target);

    /// <summary>Runs a sample on the double and compares; a sample without the graph that is asked for passes.</summary>
    public void Check(OpSample sample, DType type)
    {
        if (_failed.TryGetValue(sample.Name, out var exception)) throw new InvalidOperationException(exception.Message, exception);
        if (!_compiled.TryGetValue(sample.Name, out var compiled)) return;
        var used = compiled.Graph.Inputs.Select(i => i.Label).ToHashSet();
        var values = sample.Values(type).Where(p => used.Contains(p.Key)).ToDictionary();
        var expected = ReferenceEvaluator.Evaluate(compiled.Graph, values, NoStates);
        var actual = DeviceDouble.Evaluate(compiled.Source, compiled.Kernels, _target, values, NoStates);
        foreach (var (name, value) in expected.Outputs)
            Closeness.AssertClose(actual.Outputs[name], value, Closeness.Tolerance(type), $"{sample.Name} {type} {name}");
    }

    private static ComputationGraph? GradientOf(OpSample sample)
    {
        var inputs = sample.Inputs(DType.Float32);
        var output = sample.Build(inputs);
        var targets = inputs.Where(i => i.Type.DType == DType.Float32).ToArray();
        if (!output.Type.DType.IsFloat() || targets.Length == 0) return null;
        var gradients = Gradients.Of((output * output).Sum(), targets);
        return new ComputationGraph(sample.Name, gradients.Select((g, i) => new NamedOutput($"g{i}", g)).ToEquatable(), []);
    }
}
