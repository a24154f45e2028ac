using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>
/// Kernels over rows of lengths around the borders of registers, unrolled loops and runs, and over columns: interpreted against
/// the reference evaluator.
/// </summary>
[Parallelizable(ParallelScope.Children)]
public class RowBorderTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    [Test]
    public void Softmax_of_any_length([Values(1, 2, 15, 16, 17, 48, 63, 64, 65, 81, 200)] long columns, [Values(64, 32, 16)] int vectorBytes)
    {
        var x = Input("x", 5, columns);
        Check(vectorBytes, [x.Softmax(1), x.LogSoftmax(1), Gradients.Of(x.Softmax(1), Input("dy", 5, columns), [x])[0]]);
    }

    [TestCase(3, 2100)]
    [TestCase(2, 4111)]
    [TestCase(9, 640)]
    public void Long_rows_run_in_several_sums(long rows, long columns)
    {
        var x = Input("x", rows, columns);
        foreach (var vectorBytes in new[] { 64, 32 }) Check(vectorBytes, [x.Sum(1), x.Max(1), x.Min(1), (x - x.Mean(1, keepDims: true)).Square().Mean(1)]);
    }

    [TestCase(2, 8, 3, 5)]
    [TestCase(3, 9, 4, 4)]
    [TestCase(4, 8, 1, 17)]
    [TestCase(7, 8, 5, 8)]
    [TestCase(40, 8, 8, 8)]
    [TestCase(5, 10, 1, 1)]
    public void Batch_normalisation_of_any_extents(long n, long c, long h, long w)
    {
        var (x, dy) = (Input("x", n, c, h, w), Input("dy", n, c, h, w));
        var (weight, bias) = (Input("weight", c), Input("bias", c));
        var centred = x - x.Mean([0, 2, 3], keepDims: true);
        var scale = (centred.Square().Mean([0, 2, 3], keepDims: true) + 1e-3).Sqrt();
        var y = centred / scale * weight.Reshape([1, c, 1, 1]) + bias.Reshape([1, c, 1, 1]);
        foreach (var vectorBytes in new[] { 64, 16 }) Check(vectorBytes, [y, .. Gradients.Of(y, dy, [x, weight, bias])], 2e-5);
    }

    [TestCase(512, 72)]
    [TestCase(512, 100)]
    [TestCase(768, 65)]
    [TestCase(400, 96)]
    public void Layer_normalisation_makes_row_and_column_gradients(long rows, long columns)
    {
        var (x, dy) = (Input("x", rows, columns), Input("dy", rows, columns));
        var (weight, bias) = (Input("weight", columns), Input("bias", columns));
        var centred = x - x.Mean(1, keepDims: true);
        var y = centred / (centred.Square().Mean(1, keepDims: true) + 1e-3).Sqrt() * weight + bias;
        Check(64, Gradients.Of(y, dy, [x, weight, bias]), 2e-5);
    }

    [TestCase(64, 16)]
    [TestCase(33, 130)]
    [TestCase(200, 7)]
    [TestCase(1024, 40)]
    public void Reductions_of_columns(long rows, long columns)
    {
        var x = Input("x", rows, columns);
        foreach (var vectorBytes in new[] { 64, 32, 16 }) Check(vectorBytes, [x.Sum(0), x.Max(0), x.Square().Sum(0) + x.Min(0)]);
    }

    [TestCase("exponentials hide the way to memory", 1000, 1)]
    [TestCase("a few additions do not", 1000, 0)]
    [TestCase("exponentials of rows that are longer than a cache", 100_000, 0)]
    public void Costly_passes_ask_for_the_memory_of_the_results(string when, long columns, int prefetches)
    {
        var x = Input("x", 64, columns);
        var y = when.StartsWith('a') ? x - x.Mean(1, keepDims: true) : x.Softmax(1);

        var kernel = Compile([y], 64).Kernels.Single();

        var asked = StatementWalk.All(kernel.Body).OfType<Prefetch>().ToArray();
        Assert.That(asked.Select(p => p.Buffer).Distinct().Count(), Is.EqualTo(prefetches), LoopPrinter.Print(kernel));
        Assert.That(asked.Select(p => p.Buffer), Is.All.EqualTo(kernel.Arguments[0]));
    }

    private static Node Input(string name, params long[] dims) => Nodes.Input(name, DType.Float32, Shape.Of(dims));

    private static void Check(int vectorBytes, IReadOnlyList<Node> outputs, double tolerance = 8e-6)
    {
        var graph = Graph(outputs);
        var values = graph.Inputs.Distinct().ToDictionary(i => i.Label, Random);
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates).Outputs;
        var source = Compile(outputs, vectorBytes);
        var actual = InterpretedProgram.Evaluate(source, values, NoStates).Outputs;
        foreach (var (name, value) in expected)
            Closeness.AssertClose(actual[name], value, tolerance, $"{name} {value.Type}, {vectorBytes} bytes");
    }

    private static ComputationGraph Graph(IReadOnlyList<Node> outputs) =>
        new("rows", outputs.Select((o, i) => new NamedOutput($"y{i}", o)).ToEquatable(), []);

    private static CompiledSource Compile(IReadOnlyList<Node> outputs, int vectorBytes) => Pipeline.Compile(
        Graph(outputs), new Dictionary<DimSymbol, long>(), new CompilerOptions { Target = new CpuTarget(vectorBytes), Threads = 2 });

    private static Literal Random(Input input)
    {
        var literal = new Literal(input.Type);
        for (var i = 0; i < literal.Count; i++) literal[i] = Scalar.Of(DType.Float32, Threefry.Uniform(7, input.Label.Length, i) * 2 - 1);
        return literal;
    }
}
