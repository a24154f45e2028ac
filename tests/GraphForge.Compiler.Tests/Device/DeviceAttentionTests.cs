using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Compiler.Tests.Device.Double;
using GraphForge.Compiler.Tests.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Device;

/// <summary>Attention on a GPU: how often it goes through the keys, what it stores, and that nothing but time depends on how it is cut.</summary>
public class DeviceAttentionTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    private static IEnumerable<GpuTarget> Targets =>
        [DeviceSamples.Small, DeviceSamples.SmallWarps, DeviceSamples.Small with { SharedBytes = 1024 }, new(1, 4, 16, 8 * 1024, 16, 64) { HasShuffles = true }];

    [Test]
    public void Values_are_those_of_the_reference(
        [ValueSource(nameof(Targets))] GpuTarget target, [Values("2 35 5", "1 12 70", "3 1 9")] string sizes)
    {
        var numbers = sizes.Split(' ').Select(long.Parse).ToArray();
        var packed = Nodes.Input("x", DType.Float32, Shape.Of(numbers[0], numbers[1], 3 * numbers[2]));
        var y = AttentionSamples.Heads(packed, 1, numbers[2]);
        var graph = Graph(y, Gradients.Of(y.Square().Sum(), [packed])[0]);
        var values = ValuesOf(graph);
        var source = Compile(graph, target);
        var (expected, actual) = (ReferenceEvaluator.Evaluate(graph, values, NoStates), DeviceDouble.Evaluate(source, DoubleCompiler.Compile([source.KernelText])[0], target, values, NoStates));
        foreach (var (name, value) in expected.Outputs) Closeness.AssertClose(actual.Outputs[name], value, 1e-5, name);
    }

    /// <summary>Forward once; backward, for gradients of rows, once more for the sum that all of them wait for; for those of keys once.</summary>
    [Test]
    public void Softmax_goes_through_the_keys_once()
    {
        var (y, gradient) = Training(2, 64, 2, 8);
        Assert.That(Attention(Graph(y)).Select(BlockLoops), Is.EqualTo(new[] { 1 }));
        Assert.That(Attention(Graph(y, gradient)).Select(BlockLoops), Is.EquivalentTo(new[] { 1, 2, 1 }));
    }

    [Test]
    public void Weights_that_are_normalised_otherwise_go_through_the_keys_once_too()
    {
        var y = AttentionSamples.Attend(Input("q", 64, 8), Input("k", 64, 8), Input("v", 64, 8), weights: w => w.Sigmoid() / w.Sigmoid().Sum(-1, keepDims: true));
        Assert.That(Attention(Graph(y)).Select(BlockLoops), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void Masked_keys_are_not_looked_at()
    {
        var (y, gradient) = Training(1, 256, 1, 8);
        foreach (var kernel in Attention(Graph(y, gradient)))
        {
            var blocks = StatementWalk.All(kernel.Body).OfType<For>().Where(f => f.Variable.Name == "block").ToArray();
            Assert.That(blocks, Has.All.Matches<For>(f => f is { Limit: not null } or { Body: If }), kernel.Name);
        }
    }

    /// <summary>Memory of a training step grows with the tokens, not with their square.</summary>
    [Test]
    public void Memory_is_linear_in_the_length()
    {
        var (half, full) = (Source(2048).Plan, Source(4096).Plan);
        Assert.That(full.ArenaBytes, Is.LessThanOrEqualTo(2.01 * half.ArenaBytes).And.LessThan(16L << 20));
        Assert.That(full.Buffers.Max(b => b.Bytes), Is.LessThan(4L * 4096 * 4096 / 8));

        CompiledSource Source(long length)
        {
            var (y, gradient) = Training(1, length, 2, 32);
            return Compile(Graph(y, gradient), GpuTarget.Common);
        }
    }

    private static int BlockLoops(LoopKernel kernel) => StatementWalk.All(kernel.Body).OfType<For>().Count(f => f.Variable.Name == "block");

    /// <summary>The kernels that go through scores.</summary>
    private static LoopKernel[] Attention(ComputationGraph graph) => [.. Compile(graph, GpuTarget.Common).Kernels.Where(k => BlockLoops(k) > 0)];

    private static CompiledSource Compile(ComputationGraph graph, GpuTarget target) =>
        Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Device = target, Threads = 1 });

    private static (Node Output, Node Gradient) Training(long batch, long length, long heads, long features)
    {
        var packed = Input("x", batch, length, 3 * heads * features);
        var y = AttentionSamples.Heads(packed, heads, features);
        return (y, Gradients.Of(y.Square().Sum(), [packed])[0]);
    }

    private static Dictionary<string, Literal> ValuesOf(ComputationGraph graph) => graph.Inputs.Index().ToDictionary(i => i.Item.Label, i =>
    {
        var literal = new Literal(i.Item.Type);
        for (var k = 0; k < literal.Count; k++) literal[k] = Scalar.Of(literal.Type.DType, Threefry.Uniform(3, i.Index, k) * 2 - 1.0);
        return literal;
    });

    private static ComputationGraph Graph(params Node[] outputs) =>
        new("attention", outputs.Select((o, i) => new NamedOutput($"y{i}", o)).ToEquatable(), []);

    private static Node Input(string label, params long[] dims) => Nodes.Input(label, DType.Float32, Shape.Of(dims));
}
