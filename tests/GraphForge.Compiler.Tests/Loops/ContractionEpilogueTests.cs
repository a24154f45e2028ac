using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>What stands between the sums of a contraction and its stores, and what stands beside the sums for it.</summary>
public class ContractionEpilogueTests
{
    private static readonly CompilerOptions Options = new() { Target = new CpuTarget(64), Threads = 2 };

    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    [TestCase("a bias", false)]
    [TestCase("an error function", true)]
    public void Long_epilogues_have_a_function_of_their_own(string epilogue, bool isApart)
    {
        var sums = Product(64, 64, 64);

        var kernel = Compile(epilogue == "a bias" ? sums + Input("b", 64) : sums * sums.Erf());

        Assert.That(StatementWalk.All(kernel.Body).OfType<Routine>().Any(), Is.EqualTo(isApart), LoopPrinter.Print(kernel));
        Assert.That(StatementWalk.All(kernel.Body).OfType<Allocate>().Any(a => a is { Place: BufferPlace.Scratch, Buffer.Name: "finished" }), Is.EqualTo(isApart));
    }

    [Test]
    public void Sums_cut_into_stretches_are_finished_in_a_function_of_its_own()
    {
        var x = Input("x", 4096, 256);
        var weights = Nodes.Einsum("km,kn->mn", x, Input("y", 4096, 512)) / (Input("v", 256, 512).Sqrt() + 1e-8);

        var kernel = Compile(weights);

        Assert.That(StatementWalk.All(kernel.Body).OfType<For>().Any(f => f.Variable.Name == "stretch"), LoopPrinter.Print(kernel));
        Assert.That(StatementWalk.All(kernel.Body).OfType<Routine>().Count(), Is.EqualTo(1), LoopPrinter.Print(kernel));
    }

    [TestCase("1 MiB, which must come from memory", 512, 512, 1)]
    [TestCase("16 KiB, which are in the cache", 64, 64, 0)]
    public void Operands_after_the_sums_are_asked_for_before(string size, long rows, long columns, int asked)
    {
        var kernel = Compile(Product(rows, 256, columns) + Input("residual", rows, columns));

        var lines = StatementWalk.All(kernel.Body).OfType<Prefetch>().Select(p => p.Buffer.Name).Distinct().ToArray();
        Assert.That(lines, Has.Length.EqualTo(asked), size);
        Assert.That(lines, Is.SubsetOf(new[] { "residual" }));
    }

    [TestCase(1024, 256, 1)]
    [TestCase(1023, 256, 2)]
    [TestCase(1021, 250, 4)]
    public void Tiles_of_one_size_where_rows_and_columns_allow(long rows, long columns, int sizes)
    {
        var kernel = Compile(Product(rows, 256, columns));

        var tiles = StatementWalk.All(kernel.Body).OfType<Allocate>().Count(a => a is { Place: BufferPlace.Register, IsVector: true });
        Assert.That(tiles, Is.LessThanOrEqualTo(sizes), LoopPrinter.Print(kernel));
    }

    [TestCase(37, 65, 50)]
    [TestCase(40, 600, 48)]
    [TestCase(128, 64, 1200)]
    public void Agree_with_the_reference(long rows, long summed, long columns)
    {
        var sums = Product(rows, summed, columns) + Input("b", columns);
        var gated = sums * (sums.Erf() + Input("residual", rows, columns)).Exp();
        var turned = Nodes.Einsum("km,kn->mn", Input("u", summed, rows), Input("w", summed, columns));
        var graph = new ComputationGraph("epilogue", [new NamedOutput("gated", gated), new NamedOutput("turned", turned.Tanh() / (turned.Square() + 1).Sqrt())], []);
        var values = graph.Inputs.Distinct().ToDictionary(i => i.Label, EveryBlocking.Operand);
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates).Outputs;

        var once = CompiledGraph.Evaluate(graph, values, NoStates, Options, 1).Outputs;
        var shared = CompiledGraph.Evaluate(graph, values, NoStates, Options, 3).Outputs;

        foreach (var (name, value) in expected)
        {
            Closeness.AssertClose(once[name], value, Closeness.Tolerance(DType.Float32), name);
            Assert.That(shared[name], Is.EqualTo(once[name]), name);
        }
    }

    private static Node Product(long rows, long summed, long columns) => Nodes.MatMul(Input("x", rows, summed), Input("y", summed, columns));

    private static Node Input(string name, params long[] dims) => Nodes.Input(name, DType.Float32, Shape.Of(dims));

    private static LoopKernel Compile(Node value) => Pipeline.Compile(
        new ComputationGraph("epilogue", [new NamedOutput("y", value)], []), new Dictionary<DimSymbol, long>(), Options).Kernels.Single();
}
