using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite.MicroBatch;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Rewrite.MicroBatch;

/// <summary>A batch in slices gives what the whole batch gives, up to the order of sums.</summary>
public sealed class MicroBatchTests
{
    private const int Samples = 12;

    private static readonly DimSymbol Batch = new("batch");

    private static readonly Dictionary<DimSymbol, long> Binding = new() { [Batch] = Samples };

    private static Node X => Nodes.Input("x", DType.Float64, [Batch, 5, 4]);

    private static Node Labels => Nodes.Input("labels", DType.Int64, [Batch, 5]);

    private static Node W => Nodes.Input("w", DType.Float64, Shape.Of(4, 3));

    private static Node Scores => Nodes.MatMul(X.Tanh(), W);

    /// <summary>Losses whose gradients are sums over samples.</summary>
    private static readonly Dictionary<string, Func<Node>> Losses = new()
    {
        ["mean of squares"] = () => (Scores * Scores).Mean(),
        ["sum"] = () => Scores.Exp().Sum(),
        ["merged axes"] = () => (Nodes.MatMul(X.Reshape([Dim.Symbol(Batch) * 5, 4]), W).Reshape([Batch, 15]) * 0.5).Sum([1]).Tanh().Mean(),
        ["batch behind"] = () => Nodes.MatMul(X.Permute(1, 0, 2), W).Softmax(-1).Log().Mean(),
        ["labels"] = () => -Scores.Softmax(-1).Log().GatherElements(2, Labels.Unsqueeze(2)).Mean(),
        ["embedding"] = () => W.Gather(0, Labels).Tanh().Sum(),
        ["counted labels"] = () => (Scores.Sum([2]) * Mask).Sum() / Mask.Sum(),
        ["dropout"] = () => (Scores * Drawn).Mean(),
        ["recurrence"] = () => Nodes.Scan([Nodes.Full([Batch, 3], DType.Float64, 0)], [X.Permute(1, 0, 2)],
            (c, e) => ([(c[0] + Nodes.MatMul(e[0], W)).Tanh()], [])).Carries[0].Sum(),
    };

    private static Node Mask => Labels.LessOrEqual(1).Cast(DType.Float64);

    private static Node Drawn => Nodes.RandomUniform([Batch, 5, 3], 7, Nodes.Scalar(3, DType.Int64)).LessOrEqual(0.5f).Cast(DType.Float64);

    private static IEnumerable<string> Names => Losses.Keys;

    [Test]
    public void Slices_give_the_gradients_of_the_batch([ValueSource(nameof(Names))] string name, [Values(2, 4, 12)] int slices)
    {
        var graph = Graph(Losses[name]());
        var split = MicroBatches.Split(graph, Binding, Batch, slices);
        Assert.That(split, Is.Not.Null);
        Assert.That(split!.TopologicalOrder().Any(n => n.Op is Scan scan && scan.Length.Is(slices)), Is.True);
        Check(graph, split);
    }

    [Test]
    public void The_gradient_is_made_in_the_loop([ValueSource(nameof(Names))] string name)
    {
        var split = MicroBatches.Split(Graph(Losses[name]()), Binding, Batch, 4)!;
        Assert.That(split.TopologicalOrder().Where(n => n.Op is Contraction or ScatterAdd).ToArray(), Is.Empty);
    }

    [Test]
    public void A_gradient_used_twice_is_summed_once()
    {
        var gradient = Gradients.Of(Losses["mean of squares"](), [W])[0];
        var graph = new ComputationGraph("moments", [new("first", gradient * 0.1), new("second", gradient * gradient), new("turned", gradient.Transpose())], []);
        var split = MicroBatches.Split(graph, Binding, Batch, 4)!;
        Assert.That(split.TopologicalOrder().Count(n => n.Op is Scan), Is.EqualTo(1));
        Check(graph, split);
    }

    [Test]
    public void What_couples_samples_stays_outside()
    {
        var scores = Scores.Tanh();
        var normal = scores - scores.Mean([0], keepDims: true).ExpandTo(scores.Shape);
        var graph = Graph((normal * normal * normal).Sum());
        if (MicroBatches.Split(graph, Binding, Batch, 4) is { } split) Check(graph, split);
    }

    [Test]
    public void Products_of_samples_with_each_other_are_not_cut()
    {
        var flat = Scores.Reshape([Batch, 15]);
        Assert.That(MicroBatches.Split(Graph(Nodes.MatMul(flat, flat.Transpose()).Exp().Sum()), Binding, Batch, 4) is { } split
            && split.TopologicalOrder().Any(n => n.Op is Scan { Body: var body } && body.Order.Any(b => b.Op is Exp)), Is.False);
    }

    [Test]
    public void Outputs_of_samples_are_whole()
    {
        var graph = Graph(Scores.Exp().Sum(), ("scores", Scores), ("best", Scores.Permute(1, 0, 2).ArgMax(2)));
        Check(graph, MicroBatches.Split(graph, Binding, Batch, 3)!);
    }

    private static ComputationGraph Graph(Node loss, params (string Name, Node Value)[] outputs)
    {
        var gradient = Gradients.Of(loss, [W])[0];
        return new ComputationGraph("train", [new("loss", loss), new("gradient", gradient), .. outputs.Select(o => new NamedOutput(o.Name, o.Value))], []);
    }

    private static void Check(ComputationGraph graph, ComputationGraph split)
    {
        var whole = Compiler.Graph.Binding.Bind(graph, Binding);
        var values = Values(whole);
        var expected = ReferenceEvaluator.Evaluate(whole, values, new Dictionary<StateSlot, Literal>()).Outputs;
        foreach (var actual in new[]
        {
            ReferenceEvaluator.Evaluate(split, values, new Dictionary<StateSlot, Literal>()).Outputs,
            CompiledGraph.Evaluate(split, values, new Dictionary<StateSlot, Literal>(), threads: 2).Outputs,
        })
            foreach (var (name, literal) in expected)
                for (var i = 0; i < literal.Count; i++)
                    Assert.That(actual[name][i].AsDouble, Is.EqualTo(literal[i].AsDouble).Within(1e-12).Percent.Or.EqualTo(literal[i].AsDouble).Within(1e-12), $"{name}[{i}]");
    }

    private static Dictionary<string, Literal> Values(ComputationGraph graph) => graph.Inputs.Distinct().ToDictionary(i => i.Label, i =>
    {
        var literal = new Literal(i.Type);
        for (var e = 0; e < literal.Count; e++)
            literal[e] = i.Type.DType == DType.Int64 ? Scalar.Of(DType.Int64, (long)(e * 7 % 3)) : Scalar.Of(i.Type.DType, Threefry.Uniform(1, 0, e) - 0.5);
        return literal;
    });
}
