using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Graph;

public sealed class GraphFingerprintTests
{
    private static readonly SourceLocation Here = new("Model.cs", 1);

    [Test]
    public void Graphs_that_were_traced_alike_have_one()
    {
        var (first, second) = (Traced(new object()), Traced(new object()));
        Assert.That(second.Outputs[0].Value, Is.Not.SameAs(first.Outputs[0].Value));
        Assert.That(GraphFingerprint.Of(second), Is.EqualTo(GraphFingerprint.Of(first)));
    }

    [Test]
    public void Whatever_a_compiler_sees_changes_it()
    {
        var graph = Traced(this);
        ComputationGraph[] others =
        [
            graph,
            graph with { Name = "other" },
            graph with { Outputs = [new NamedOutput("other", graph.Outputs[0].Value)] },
            graph with { Outputs = [new NamedOutput("y", graph.Outputs[0].Value.Sin())] },
            graph with { Outputs = [.. graph.Outputs, new NamedOutput("twice", graph.Outputs[0].Value)] },
            graph with { Updates = [] },
            graph with { Updates = [graph.Updates[0] with { Slot = new StateSlot("s", graph.Updates[0].Slot.Type) }] },
            Traced(this, constant: 2.5f),
            Traced(this, label: "z"),
            Traced(this, extent: 4),
            Traced(this, symbol: new DimSymbol("batch", Maximum: 7)),
            Traced(this, type: DType.Float64),
            Traced(this, slot: "t"),
            Traced(this, scope: "encoder"),
            Traced(this, source: new SourceLocation("Model.cs", 2)),
            Traced(this, source: new SourceLocation("Other.cs", 1)),
        ];
        Assert.That(others.Select(g => Convert.ToHexString(GraphFingerprint.Of(g))), Is.Unique);
    }

    /// <summary>An attribute that is left out makes two graphs of one sample one: here every op and attribute there is goes through.</summary>
    [Test]
    public void Samples_of_all_ops_have_their_own()
    {
        var graphs = OpSamples.All.Select(s => s.Graph(DType.Float32) with { Name = "sample" }).DistinctBy(g => g.Outputs[0].Value).ToArray();
        Assert.That(graphs.Select(g => Convert.ToHexString(GraphFingerprint.Of(g))), Is.Unique);
    }

    [Test]
    public void Constants_count_element_by_element()
    {
        var values = Enumerable.Range(0, 100).Select(i => (float)i).ToArray();
        var before = GraphFingerprint.Of(Of(Nodes.Constant(Literal.Of<float>(values, 100))));
        values[57] = -1;
        Assert.That(GraphFingerprint.Of(Of(Nodes.Constant(Literal.Of<float>(values, 100)))), Is.Not.EqualTo(before));

        static ComputationGraph Of(Node constant) => new("constants", [new NamedOutput("y", constant)], []);
    }

    private static ComputationGraph Traced(
        object owner, float constant = 1.5f, string label = "x", long extent = 3, DimSymbol? symbol = null, DType type = DType.Float32,
        string slot = "s", string scope = "decoder", SourceLocation? source = null)
    {
        using var place = NodeScope.Enter(scope, source ?? Here);
        var x = Node.Of(new Input(label, new TensorType(type, [symbol ?? new DimSymbol("batch"), extent]), owner));
        var state = new StateSlot(slot, new TensorType(type, Shape.Of(extent)));
        var y = (x * constant + Nodes.State(state)).Sum([0]);
        return new ComputationGraph("traced", [new NamedOutput("y", y)], [new StateUpdate(state, y)]);
    }
}
