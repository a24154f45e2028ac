using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Graph.Format;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Graph;

public sealed class GraphDocumentTests
{
    private const int Damaged = 4000;

    private static IEnumerable<ComputationGraph> Samples => OpSamples.All.Select(s => s.Graph(DType.Float32)).Prepend(Traced());

    /// <summary>Nodes are interned: what is read is not only alike, it is the same.</summary>
    [Test]
    public void Graphs_of_all_ops_are_read_as_they_were_written()
    {
        foreach (var graph in Samples.Where(g => g.States.Count == 0))
        {
            // Inputs are their owner's; those of samples are nobody's.
            var read = GraphDocument.Of(new GraphDocument(graph, []).ToBytes(), owner: null).Graph;
            Assert.That(read, Is.EqualTo(graph), graph.Name);
        }
    }

    [Test]
    public void States_lines_and_scopes_are_read_as_they_were_written()
    {
        var graph = Traced();
        var read = GraphDocument.Of(new GraphDocument(graph, []).ToBytes(), owner: null).Graph;
        Assert.Multiple(() =>
        {
            Assert.That(new GraphDocument(read, []).ToBytes(), Is.EqualTo(new GraphDocument(graph, []).ToBytes()));
            Assert.That(read.Outputs[0].Value.Scope, Is.EqualTo("decoder"));
            Assert.That(read.Outputs[0].Value.Source.ToString(), Is.EqualTo("Model.cs(7)"));
            Assert.That(read.States.Select(s => s.Name), Is.EqualTo(new[] { "s", "t" }));
            Assert.That(read.Symbols, Is.EqualTo(new[] { new DimSymbol("batch", 2, 9) }));
        });
    }

    [Test]
    public void What_is_asked_of_inputs_is_read_as_it_was_written()
    {
        var symbol = new DimSymbol("batch", 2, 9);
        EquatableArray<InputDemand> demands =
        [
            new("x", new Slice([0, 1], [symbol, (Dim)symbol * 2 + 3], [1, -2]), 10, -100, "the loss has classes", new SourceLocation("Model.cs", 3)),
            new("y", null, symbol, null, "Embedding has rows", SourceLocation.Unknown),
        ];
        var read = GraphDocument.Of(new GraphDocument(Traced(), demands).ToBytes(), owner: null).Demands;
        Assert.That(read.Select(d => (d.Input, d.Part, d.Count, d.Ignored, d.Demand, d.Site.ToString())),
            Is.EqualTo(demands.Select(d => (d.Input, d.Part, d.Count, d.Ignored, d.Demand, d.Site.ToString()))));
    }

    [Test]
    public void Bytes_do_not_tell_folders()
    {
        byte[] Bytes(string file) => new GraphDocument(Traced(new SourceLocation(file, 7)), []).ToBytes();
        Assert.That(Bytes("/home/somebody/Model.cs"), Is.EqualTo(Bytes("C:\\there\\Model.cs")));
    }

    [Test]
    public void Damaged_bytes_are_a_graph_or_an_error()
    {
        var random = new Random(6);
        var samples = Samples.Select(g => new GraphDocument(g, []).ToBytes()).ToArray();
        var refused = 0;
        for (var i = 0; i < Damaged; i++)
        {
            var bytes = (byte[])samples[random.Next(samples.Length)].Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                Assert.That(GraphDocument.Of(bytes, owner: null).Graph.TopologicalOrder(), Is.Not.Null);
            }
            catch (InvalidGraphException)
            {
                refused++;
            }
        }
        Assert.That(refused, Is.GreaterThan(Damaged / 2));
    }

    private static ComputationGraph Traced(SourceLocation? source = null)
    {
        using var place = NodeScope.Enter("decoder", source ?? new SourceLocation("/src/Model.cs", 7));
        var x = Node.Of(new Input("x", new TensorType(DType.Float32, [new DimSymbol("batch", 2, 9), 3])));
        var (s, t) = (new StateSlot("s", new TensorType(DType.Float32, Shape.Of(3))), new StateSlot("t", new TensorType(DType.Float32, [])));
        var y = (x * 1.5f + Nodes.State(s)).Sum([0]);
        return new ComputationGraph("traced", [new NamedOutput("y", y)], [new StateUpdate(s, y), new StateUpdate(t, y.Sum([0]))]);
    }
}
