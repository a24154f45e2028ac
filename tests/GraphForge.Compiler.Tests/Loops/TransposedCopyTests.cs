using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>Copies in another order of axes, or side by side: interpreted, and compiled, against the reference evaluator.</summary>
[Parallelizable(ParallelScope.Children)]
public class TransposedCopyTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    [TestCase(DType.Float32, 64, 3, 16, 16)]
    [TestCase(DType.Float32, 64, 2, 19, 37)]
    [TestCase(DType.Float32, 32, 1, 33, 8)]
    [TestCase(DType.Float32, 16, 5, 7, 130)]
    [TestCase(DType.Float64, 64, 2, 9, 23)]
    public void Squares_are_turned_over(DType type, int vectorBytes, long batch, long rows, long columns)
    {
        var kernel = Check(Nodes.Input("x", type, Shape.Of(batch, rows, columns)).Permute(0, 2, 1), vectorBytes);

        Assert.That(StatementWalk.All(kernel.Body).OfType<Transpose>(), Is.Not.Empty, LoopPrinter.Print(kernel));
    }

    [TestCase(DType.Float32, 40, 3, Description = "narrower than a vector")]
    [TestCase(DType.Float32, 3, 40, Description = "shorter than a vector")]
    [TestCase(DType.Int32, 40, 40, Description = "no floats")]
    [TestCase(DType.Float16, 40, 40, Description = "no elements of a register's width")]
    public void Other_copies_are_not(DType type, long rows, long columns)
    {
        var kernel = Check(Nodes.Input("x", type, Shape.Of(2, rows, columns)).Permute(0, 2, 1), 64);

        Assert.That(StatementWalk.All(kernel.Body).OfType<Transpose>(), Is.Empty, LoopPrinter.Print(kernel));
    }

    [Test]
    public void Every_fourth_row_of_a_slice()
    {
        var x = Nodes.Input("x", DType.Float32, Shape.Of(80, 50)).Slice(0, 3, 20, 4).Slice(1, 5, 40);
        Check(x.Permute(1, 0), 64);
    }

    [TestCase(64, 0, 16, 16)]
    [TestCase(64, -3.5, 19, 37)]
    [TestCase(32, 0, 33, 9)]
    public void Padded_copies_are_turned_over(int vectorBytes, double fill, long rows, long columns)
    {
        var x = Nodes.Input("x", DType.Float32, Shape.Of(2, 3, rows, columns)).Permute(0, 3, 1, 2);
        var kernel = Check(x.Pad(0, 1, 0, fill).Pad(2, 2, 0, fill).Pad(3, 3, 1, fill), vectorBytes);

        Assert.That(StatementWalk.All(kernel.Body).OfType<Transpose>(), Is.Not.Empty, LoopPrinter.Print(kernel));
    }

    [Test]
    public void Copies_padded_along_the_vectors_of_the_operand_are_not()
    {
        var x = Nodes.Input("x", DType.Float32, Shape.Of(40, 40)).Permute(1, 0);
        var kernel = Check(x.Pad(0, 1, 1, 0).Pad(1, 1, 1, 0), 64);

        Assert.That(StatementWalk.All(kernel.Body).OfType<Transpose>(), Is.Empty, LoopPrinter.Print(kernel));
    }

    [TestCase(64)]
    [TestCase(5)]
    public void Parts_of_one_size_are_copied_side_by_side(long columns)
    {
        Node[] parts = [.. "xyz".Select(c => Nodes.Input(c.ToString(), DType.Float32, Shape.Of(6, columns)))];

        var kernel = Check(Nodes.Concat(parts, 1), 64);

        var stores = StatementWalk.All(kernel.Body).OfType<Store>().ToArray();
        Assert.That(stores.Select(s => s.Value), Is.All.InstanceOf<LoadExpr>(), LoopPrinter.Print(kernel));
        Assert.That(stores.Select(s => ((LoadExpr)s.Value).Buffer).Distinct().Count(), Is.EqualTo(3));
    }

    [Test]
    public void Parts_whose_elements_take_turns([Values] bool areComputed)
    {
        var (x, y) = (Nodes.Input("x", DType.Float32, Shape.Of(40, 1)), Nodes.Input("y", DType.Float32, Shape.Of(40, 1)));
        Check(areComputed ? Nodes.Concat([x + y, x - y], 1) : Nodes.Concat([x, y], 1), 64);
    }

    private static LoopKernel Check(Node result, int vectorBytes)
    {
        var graph = new ComputationGraph("copy", [new NamedOutput("y", result)], []);
        var values = graph.Inputs.Distinct().ToDictionary(i => i.Label, Values);
        var options = new CompilerOptions { Target = new CpuTarget(vectorBytes), Threads = 2 };
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates).Outputs["y"];
        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), options);
        Closeness.AssertClose(InterpretedProgram.Evaluate(source, values, NoStates).Outputs["y"], expected, 0, "interpreted");
        Closeness.AssertClose(CompiledGraph.Evaluate(graph, values, NoStates, options, 2).Outputs["y"], expected, 0, "compiled");
        return source.Kernels[^1];
    }

    private static Literal Values(Input input)
    {
        var literal = new Literal(input.Type);
        for (var i = 0; i < literal.Count; i++) literal[i] = Scalar.Of(input.Type.DType, (double)(i % 500 + 500 * (input.Label[0] - 'x')));
        return literal;
    }
}
