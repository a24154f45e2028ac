using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;
using GraphForge.Compiler.Schedule;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Compiled;

/// <summary>Values whose slices meet again: gated units, and the cell of a recurrent layer in one kernel a step.</summary>
public class GatedCellTests
{
    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    [Test]
    public void A_gated_unit_is_one_kernel_of_two_sums([Values(3, 32, 130)] int batch, [Values(5, 16, 48)] int features)
    {
        var (x, w) = (Input("x", batch, 24), Input("w", 2 * features, 24));
        var both = Nodes.Einsum("bk,nk->bn", x, w);
        var graph = Graph(both.Slice(1, 0, features) * both.Slice(1, features, features).Sigmoid());
        Assert.That(Fusion.Run(DistributedSlices.Run(graph)).Groups.Select(g => g.Kind), Is.EqualTo(new[] { GroupKind.Contraction }));
        AssertCompiled(graph);
    }

    [Test]
    public void Whoever_reads_the_value_whole_reads_its_parts_in_place()
    {
        var (x, w) = (Input("x", 20, 24), Input("w", 64, 24));
        var both = Nodes.Einsum("bk,nk->bn", x, w);
        var graph = new ComputationGraph("gated", [new NamedOutput("whole", both), new NamedOutput("y", both.Slice(1, 0, 32) * both.Slice(1, 32, 32).Tanh())], []);
        var plan = Fusion.Run(RootCopies.Run(DistributedSlices.Run(graph)));
        Assert.That(plan.Groups, Has.Count.EqualTo(1));
        Assert.That(plan.Groups[0].Assembled, Has.Count.EqualTo(1));
        AssertCompiled(graph);
    }

    [Test]
    public void Slices_that_never_meet_stay_where_they_are()
    {
        var both = Nodes.Einsum("bk,nk->bn", Input("x", 20, 24), Input("w", 64, 24));
        var graph = new ComputationGraph("apart",
            [new NamedOutput("a", both.Slice(1, 0, 32).Exp()), new NamedOutput("b", both.Slice(1, 32, 32).Sin())], []);
        Assert.That(DistributedSlices.Run(graph).Roots, Is.EqualTo(graph.Roots));
    }

    [Test]
    public void Slices_that_leave_elements_out_stay_where_they_are()
    {
        var both = Nodes.Einsum("bk,nk->bn", Input("x", 20, 24), Input("w", 65, 24));
        var graph = Graph(both.Slice(1, 0, 32) * both.Slice(1, 32, 32));
        Assert.That(DistributedSlices.Run(graph).Roots, Is.EqualTo(graph.Roots));
    }

    [Test]
    public void Parts_of_different_groups_are_copied_together()
    {
        var (x, y) = (Input("x", 6, 8), Input("y", 8, 6));
        AssertCompiled(Graph(Node.Of(new Concat(1), x.Exp(), y.Transpose(0, 1).Sum([0], keepDims: true).ExpandTo(Shape.Of(6, 8)))));
    }

    [TestCase(32, 40)]
    [TestCase(3, 16)]
    [TestCase(17, 33)]
    public void The_cell_of_a_recurrent_layer_is_one_kernel_a_step(int batch, int hidden)
    {
        var (h, c, w) = (Input("h", batch, hidden), Input("c", batch, hidden), Input("w", 4 * hidden, hidden));
        var x = Input("x", 5, batch, 4 * hidden);
        var loop = Nodes.Scan([h, c], [x], (carry, element) =>
        {
            var gates = Nodes.Einsum("bk,nk->bn", carry[0], w) + element[0];
            Node Gate(int i) => gates.Slice(1, i * hidden, hidden);
            var cell = Gate(1).Sigmoid() * carry[1] + Gate(0).Sigmoid() * Gate(2).Tanh();
            return ([Gate(3).Sigmoid() * cell.Tanh(), cell], [gates]);
        });
        var graph = new ComputationGraph("cell", [new NamedOutput("h", loop.Carries[0]), new NamedOutput("gates", loop.Outputs[0])], []);
        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions());
        Assert.That(source.Plan.Loops.Single().StepCount, Is.EqualTo(1));
        AssertCompiled(graph);
    }

    [Test]
    public void Captured_weights_are_put_in_order_before_the_loop_where_rows_are_many([Values(4, 16)] int batch)
    {
        var (h, w) = (Input("h", batch, 24), Input("w", 24, 24));
        var x = Input("x", 6, batch, 24);
        var loop = Nodes.Scan([h], [x], (carry, element) => ([(Nodes.Einsum("bk,nk->bn", carry[0], w) + element[0]).Tanh()], []));
        var graph = Graph(loop.Carries[0]);
        var hasCopy = CapturedOrder.Run(graph).TopologicalOrder().Any(n => n.Op is Identity);
        Assert.That(hasCopy, Is.EqualTo(batch == 16));
        AssertCompiled(graph);
    }

    private static void AssertCompiled(ComputationGraph graph)
    {
        var values = graph.Inputs.Distinct().ToDictionary(i => i.Label, Values);
        var expected = ReferenceEvaluator.Evaluate(graph, values, NoStates).Outputs;
        foreach (var bytes in new[] { 64, 32, 16 })
            foreach (var (name, actual) in CompiledGraph.Evaluate(graph, values, NoStates, new CompilerOptions { Target = new(bytes), Threads = 3 }, 3).Outputs)
                Closeness.AssertClose(actual, expected[name], Closeness.Tolerance(DType.Float32), $"{graph.Name} {name}, {bytes} bytes");
    }

    private static ComputationGraph Graph(Node y) => new("gated", [new NamedOutput("y", y)], []);

    private static Node Input(string name, params long[] dims) => Nodes.Input(name, DType.Float32, Shape.Of(dims));

    private static Literal Values(Input input)
    {
        var literal = new Literal(input.Type);
        for (var i = 0; i < literal.Count; i++) literal[i] = Scalar.Of(input.Type.DType, Threefry.Uniform(6, input.Label[0], i) - 0.5);
        return literal;
    }
}
