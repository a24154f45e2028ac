using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Compiler.Tests.Device.Double;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Device;

/// <summary>
/// Contractions on tensor cores, on the double of these. Values are small integers, so that results are exact whatever the order of
/// sums, and any index that is wrong shows.
/// </summary>
public class TensorCoreTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    private static readonly GpuTarget Few = GpuTarget.Common with { Multiprocessors = 1, TensorCores = TensorCoreUse.RoundedFloats };

    private static IEnumerable<TestCaseData> Contractions()
    {
        foreach (var type in new[] { DType.Float32, DType.Float16, DType.BFloat16 })
        {
            foreach (var (rows, summed, columns) in new[] { (16, 8, 8), (17, 9, 11), (70, 40, 36), (130, 33, 24) })
                yield return Case($"{rows}x{summed}x{columns}", type, () => Nodes.MatMul(Input("x", type, rows, summed), Input("w", type, summed, columns)));
            yield return Case("transposed", type, () => Nodes.MatMul(Input("x", type, 20, 30).Transpose(), Input("w", type, 40, 20).Transpose()));
            yield return Case("batch", type, () => Nodes.MatMul(Input("x", type, 3, 18, 20), Input("w", type, 3, 20, 10)));
            yield return Case("epilogue", type, () => (Nodes.MatMul(Input("x", type, 20, 12), Input("w", type, 12, 16)) + Input("b", type, 16)).Relu());
            yield return Case("convolution", type, () => Convolved(type));
            yield return Case("convolution's input gradient", type, () => Gradients.Of((Convolved(type) * Input("c", type, 2, 16, 5, 6)).Sum(), [Image(type)])[0]);
            yield return Case("convolution's weight gradient", type, () => Gradients.Of((Convolved(type) * Input("c", type, 2, 16, 5, 6)).Sum(), [Weights(type)])[0]);
        }
    }

    [TestCaseSource(nameof(Contractions))]
    public void Products_are_exact(Func<Node> build, DType type)
    {
        var graph = new ComputationGraph("product", [new NamedOutput("y", build())], []);
        var source = Compile(graph, Few);
        Assert.That(source.Kernels.Count(k => StatementWalk.All(k.Body).Any(s => s is WarpMultiply m && m.Element == type)), Is.EqualTo(1));
        var values = graph.Inputs.Index().ToDictionary(i => i.Item.Label, i => Integers(i.Item.Type, i.Index));
        var actual = DeviceDouble.Evaluate(source, DoubleCompiler.Compile([source.KernelText])[0], Few, values, NoStates);
        Assert.That(actual.Outputs["y"], Is.EqualTo(ReferenceEvaluator.Evaluate(graph, values, NoStates).Outputs["y"]));
    }

    [Test]
    public void Siblings_share_an_operand()
    {
        var x = Input("x", DType.Float32, 40, 24);
        var graph = new ComputationGraph("siblings", [.. new[] { "a", "b", "c" }.Select(n => new NamedOutput(n, Nodes.MatMul(x, Input(n, DType.Float32, 24, 16))))], []);
        var source = Compile(graph, Few);
        Assert.That(source.Kernels, Has.Count.EqualTo(1));
        var values = graph.Inputs.Index().ToDictionary(i => i.Item.Label, i => Integers(i.Item.Type, i.Index));
        var (expected, actual) = (ReferenceEvaluator.Evaluate(graph, values, NoStates), DeviceDouble.Evaluate(source, DoubleCompiler.Compile([source.KernelText])[0], Few, values, NoStates));
        foreach (var (name, value) in expected.Outputs) Assert.That(actual.Outputs[name], Is.EqualTo(value), name);
    }

    /// <summary>Products of numbers with 10 bits behind the point, to half of the last of these each.</summary>
    [Test]
    public void Floats_are_rounded_to_the_nearest()
    {
        var graph = new ComputationGraph("product", [new NamedOutput("y", Nodes.MatMul(Input("x", DType.Float32, 24, 32), Input("w", DType.Float32, 32, 16)))], []);
        var values = graph.Inputs.Index().ToDictionary(i => i.Item.Label, i => Drawn(i.Item.Type, i.Index));
        var source = Compile(graph, Few);
        var actual = DeviceDouble.Evaluate(source, DoubleCompiler.Compile([source.KernelText])[0], Few, values, NoStates).Outputs["y"];
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates).Outputs["y"];
        var error = Enumerable.Range(0, expected.Count).Max(i => Math.Abs(actual[i].AsDouble - expected[i].AsDouble));
        Assert.That(error, Is.GreaterThan(1e-6).And.LessThan(32 * 2.02 * Math.ScaleB(1, -11)));
    }

    /// <summary>Nothing is rounded that the caller did not allow, and what is too small has no tile.</summary>
    [TestCase(DType.Float32, TensorCoreUse.None, 64, ExpectedResult = false)]
    [TestCase(DType.Float32, TensorCoreUse.Halves, 64, ExpectedResult = false)]
    [TestCase(DType.Float32, TensorCoreUse.RoundedFloats, 64, ExpectedResult = true)]
    [TestCase(DType.Float64, TensorCoreUse.RoundedFloats, 64, ExpectedResult = false)]
    [TestCase(DType.BFloat16, TensorCoreUse.None, 64, ExpectedResult = false)]
    [TestCase(DType.BFloat16, TensorCoreUse.Halves, 64, ExpectedResult = true)]
    [TestCase(DType.BFloat16, TensorCoreUse.Halves, 8, ExpectedResult = false)]
    public bool They_are_used_where_allowed(DType type, TensorCoreUse use, int rows)
    {
        var graph = new ComputationGraph("product", [new NamedOutput("y", Nodes.MatMul(Input("x", type, rows, 32), Input("w", type, 32, 8)))], []);
        return Compile(graph, GpuTarget.Common with { TensorCores = use }).Kernels.Any(k => StatementWalk.All(k.Body).Any(s => s is WarpMultiply));
    }

    private static TestCaseData Case(string name, DType type, Func<Node> build) => new TestCaseData(build, type).SetArgDisplayNames($"{name} of {type}");

    private static Node Image(DType type) => Input("x", type, 2, 16, 5, 6);

    private static Node Weights(DType type) => Input("w", type, 16, 16, 3, 3);

    private static Node Convolved(DType type) => Convolutions.Convolve(Image(type), Weights(type), ConvolutionGeometry.Of(2, padding: 1));

    private static CompiledSource Compile(ComputationGraph graph, GpuTarget target) =>
        Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Device = target, Threads = 1 });

    private static Literal Integers(TensorType type, int stream) => Filled(type, i => Math.Floor(Threefry.Uniform(7, stream, i) * 4) - 1);

    private static Literal Drawn(TensorType type, int stream) => Filled(type, i => Threefry.Uniform(7, stream, i) * 2 - 1);

    private static Literal Filled(TensorType type, Func<int, double> value)
    {
        var literal = new Literal(type);
        for (var i = 0; i < literal.Count; i++) literal[i] = Scalar.Of(type.DType, value(i));
        return literal;
    }

    private static Node Input(string label, DType type, params long[] dims) => Nodes.Input(label, type, Shape.Of(dims));
}
