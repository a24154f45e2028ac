using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Compiled;

/// <summary>
/// Floats of 16 bits in compiled kernels: the bits of the reference evaluator, which rounds after every op, for every width of
/// vectors. Rows keep to operations that are exact in float32, so that only the rounding to 16 bits can differ.
/// </summary>
[TestFixtureSource(nameof(Fixtures))]
public class HalfPrecisionTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    private readonly Dictionary<string, Literal> _inputs = [];
    private readonly DType _type;
    private readonly ReferenceResult _expected;
    private readonly ReferenceResult _actual;

    public HalfPrecisionTests(DType type, int vectorBytes)
    {
        _type = type;
        var graph = new ComputationGraph("half", Rows().Select(r => new NamedOutput(r.Name, r.Value)).ToEquatable(), []);
        var options = new CompilerOptions { Target = new CpuTarget(vectorBytes), Threads = 1 };
        _expected = ReferenceEvaluator.Evaluate(graph, _inputs, NoStates);
        _actual = CompiledGraph.Evaluate(graph, _inputs, NoStates, options);
    }

    private static IEnumerable<object[]> Fixtures =>
        from type in new[] { DType.Float16, DType.BFloat16 }
        from vectorBytes in new[] { 64, 32, 16 }
        select new object[] { type, vectorBytes };

    private static IEnumerable<string> Names =>
        ["chain", "extremes doubled", "extremes halved", "whole numbers", "to whole numbers", "row sum", "column sums", "wide sum",
            "vector × matrix", "matrix × vector", "product", "large product", "product of transposed", "convolution", "scatter",
            "gradient of maximum", "mean", "log-softmax"];

    [TestCaseSource(nameof(Names))]
    public void Compiled_bits_are_those_of_the_reference(string row) =>
        Assert.That(Values(_actual.Outputs[row]), Is.EqualTo(Values(_expected.Outputs[row])));

    // One after the other, ones add up to 256 in bfloat16 and to 2048 in float16, and no further.
    [TestCase("row sum", 4096)]
    [TestCase("column sums", 4096)]
    [TestCase("mean", 20)]
    public void Sums_are_rounded_once(string row, double expected) =>
        Assert.That(Values(_actual.Outputs[row]), Is.All.EqualTo(expected));

    [Test]
    public void Sums_may_leave_the_range_on_their_way() => Assert.That(_actual.Outputs["wide sum"][0], Is.EqualTo(Scalar.Of(_type, Large)));

    // The maximum is read back from memory, the elements are computed anew: unrounded, none would equal it, and 0 / 0 be shared.
    [Test]
    public void Some_element_equals_the_maximum() => Assert.That(Values(_actual.Outputs["gradient of maximum"]), Has.Some.Not.Zero.And.All.Not.NaN);

    private double Large => _type == DType.Float16 ? 60000 : 3e38;

    private IEnumerable<(string Name, Node Value)> Rows() =>
        [.. Elementwise(), .. Reductions(), .. Contractions()];

    private IEnumerable<(string Name, Node Value)> Elementwise()
    {
        var (x, y) = (Draw(-3, 3, 3, 37), Draw(-3, 3, 37));
        var chain = ((x * y + x) / (y.Square() + 1) - y).Absolute().Sqrt();
        yield return ("chain", chain.Maximum(x) * chain);
        var extremes = Input([0, -0.0, 1e-7, -6e-5, 6.2e-5, 1e-40, 65504, -65520, 3e38, double.PositiveInfinity, double.NaN], 11);
        yield return ("extremes doubled", extremes + extremes);
        yield return ("extremes halved", extremes * 0.5);
        var numbers = Nodes.Iota(19, DType.Int32) * Nodes.Iota(19, DType.Int32) * 12345;
        yield return ("whole numbers", numbers.Cast(_type) + 1);
        yield return ("to whole numbers", (Draw(-300, 300, 19) * 100).Cast(DType.Int32));
    }

    private IEnumerable<(string Name, Node Value)> Reductions()
    {
        yield return ("row sum", Draw(1, 1, 1, 4096).Sum(1));
        yield return ("column sums", Draw(1, 1, 4096, 5).Sum(0));
        yield return ("wide sum", Input([Large, Large, -Large], 3).Sum());
        var indices = Nodes.Constant(new Literal(new TensorType(DType.Int64, [4096])));
        yield return ("scatter", Draw(1, 1, 4096, 3).ScatterAdd(0, indices, 2));
        var x = Draw(-1, 1, 3, 50);
        yield return ("gradient of maximum", Gradients.Of((x.Square() * 1.3 + 1).Sqrt().Max(1).Sum(), [x])[0]);
        var twenties = Draw(20, 20, 2, 30000);
        yield return ("mean", twenties.Mean(1));
        yield return ("log-softmax", twenties.LogSoftmax(1));
    }

    // Small whole numbers: every sum of products is exact in float32.
    private IEnumerable<(string Name, Node Value)> Contractions()
    {
        yield return ("vector × matrix", Nodes.MatMul(Whole(1, 300), Whole(300, 7)) + 1);
        yield return ("matrix × vector", Nodes.MatMul(Whole(5, 64), Whole(64, 1)));
        yield return ("product", Nodes.MatMul(Whole(33, 130), Whole(130, 50)) + 1);
        yield return ("large product", Nodes.MatMul(Whole(130, 70), Whole(70, 200)));
        yield return ("product of transposed", Nodes.MatMul(Whole(20, 300), Whole(30, 300).Permute([1, 0])));
        var geometry = new ConvolutionGeometry([1, 1], [1, 1], [1, 1], [1, 1], 1);
        yield return ("convolution", Convolutions.Convolve(Whole(2, 8, 9, 9), Whole(20, 8, 3, 3), geometry));
    }

    private Node Draw(double low, double high, params long[] dims) => Drawn(r => low + (high - low) * r.NextDouble(), dims);

    private Node Whole(params long[] dims) => Drawn(r => r.Next(-3, 4), dims);

    private Node Drawn(Func<Random, double> draw, long[] dims)
    {
        var random = new Random(_inputs.Count);
        return Input([.. Enumerable.Range(0, (int)dims.Aggregate((p, d) => p * d)).Select(_ => draw(random))], dims);
    }

    private Node Input(double[] values, params long[] dims)
    {
        var literal = new Literal(new TensorType(_type, Shape.Of(dims)));
        for (var i = 0; i < values.Length; i++) literal[i] = Scalar.Of(_type, values[i]);
        var label = $"x{_inputs.Count}";
        _inputs[label] = literal;
        return Nodes.Input(label, _type, literal.Type.Shape);
    }

    private static double[] Values(Literal literal) => [.. Enumerable.Range(0, literal.Count).Select(i => literal[i].AsDouble)];
}
