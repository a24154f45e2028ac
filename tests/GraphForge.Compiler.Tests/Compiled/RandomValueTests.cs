using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Jit;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Compiled;

/// <summary>
/// Random values and what is made of them are the bits of the reference evaluator, whatever the vectors' width, the number of
/// threads, and the kernel they are drawn in.
/// </summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RandomValueTests
{
    // Odd extents, so that rows end within a vector and threads share none evenly.
    private const int Rows = 37, Columns = 1031, Width = 5;

    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    private static readonly Node Seed = Nodes.Input("seed", DType.Int64, Shape.Scalar);
    private static readonly Node X = Nodes.Input("x", DType.Float32, Shape.Of(Rows, Columns));
    private static readonly Node Weight = Nodes.Input("w", DType.Float32, Shape.Of(Columns, Width));

    private static readonly Node Uniform = Drawn(3, Rows, Columns);

    /// <summary>What is done with the values; all of it exact, so that the order of sums does not matter.</summary>
    private static readonly Dictionary<string, Node> Uses = new()
    {
        ["alone"] = Uniform,
        ["dropout"] = Dropped(Uniform),
        ["dropout behind a sum"] = Dropped(Uniform) + X.Sum([1], keepDims: true),
        ["whole rows"] = Dropped(Drawn(4, Rows, 1)),
        ["whole columns"] = Dropped(Drawn(4, 1, Columns)),
        ["transposed"] = Dropped(Drawn(5, Columns, Rows).Permute(1, 0)),
        ["reversed part"] = Dropped(Drawn(5, Rows + 3, Columns + 9).Slice(0, 2, Rows).Slice(1, 4, Columns).Flip(1)),
        ["summed"] = Dropped(Uniform).Sum([0]),
        ["multiplied"] = Nodes.MatMul(Dropped(Uniform), Weight),
        ["two of one stream"] = Dropped(Uniform) + Dropped(Drawn(3, Rows * Columns).Reshape(Shape.Of(Rows, Columns))),
    };

    private static IEnumerable<string> Names => Uses.Keys;

    [Test]
    public void A_value_is_the_same_in_every_kernel(
        [ValueSource(nameof(Names))] string use, [Values(16, 32, 64)] int vectorBytes, [Values] bool isStored)
    {
        var outputs = new List<NamedOutput> { new("y", Uses[use]) };
        if (isStored) outputs.Add(new("u", Uniform));
        var graph = new ComputationGraph(use, [.. outputs], []);
        var values = Inputs(graph);
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates).Outputs;
        var options = new CompilerOptions { Target = new CpuTarget(vectorBytes), Threads = 3 };
        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), options);
        var library = new KernelCompiler(KernelCacheOptions.Disabled).Load(source.KernelText, source.Plan.KernelNames);
        for (var threads = 1; threads <= 3; threads++)
        {
            var actual = CompiledGraph.Run(source, library.Entries, library, values, NoStates, threads, poison: false).Outputs;
            foreach (var (name, literal) in expected) Assert.That(actual[name].Equals(literal), Is.True, $"{name}, {threads} threads");
        }
    }

    [Test]
    public void About_a_quarter_is_dropped()
    {
        var graph = new ComputationGraph("dropout", [new NamedOutput("y", Dropped(Uniform))], []);
        var values = ReferenceEvaluator.Evaluate(graph, Inputs(graph), NoStates).Outputs["y"].AsSpan<float>();
        Assert.That(values.Count(0f) / (double)values.Length, Is.EqualTo(0.25).Within(0.01));
    }

    private static Node Drawn(int stream, params long[] dims) => Node.Of(new RandomUniform(Shape.Of(dims), stream), Seed);

    /// <summary>X where the values allow, times a power of two.</summary>
    private static Node Dropped(Node uniform) => Nodes.Select(uniform.Less(0.25), X.ZerosLike(), X * 2);

    /// <summary>Small whole numbers other than 0.</summary>
    private static Dictionary<string, Literal> Inputs(ComputationGraph graph)
    {
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => (float)(i * 7 % 5 + 1))];
        var all = new Dictionary<string, Literal>
        {
            ["seed"] = Literal.Of<long>([12345]), ["x"] = Literal.Of<float>(Numbers(Rows * Columns), Rows, Columns),
            ["w"] = Literal.Of<float>(Numbers(Columns * Width), Columns, Width),
        };
        return graph.Inputs.ToDictionary(input => input.Label, input => all[input.Label]);
    }
}
