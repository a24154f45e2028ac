using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Rewrite;

/// <summary>What is left of whole models with their gradients.</summary>
public sealed class RewriteModelTests
{
    [Test]
    public void AttentionTransposesInLabelsAlone()
    {
        var simplified = Simplify(Attention());
        var ops = simplified.TopologicalOrder().Select(n => n.Op).ToArray();
        Assert.That(ops, Has.None.InstanceOf<Permute>());
        Assert.That(ops, Has.None.InstanceOf<Pad>(), "the parts of the projection's gradient are joined");
        Assert.That(ops.Count(o => o is Contraction), Is.EqualTo(11));
    }

    [Test]
    public void AttentionMeansTheSame()
    {
        var graph = Attention();
        var data = Evaluation.Data(graph.Inputs, 1, awkward: false);
        var states = new Dictionary<StateSlot, Literal>();
        var expected = ReferenceEvaluator.Evaluate(graph, data, states).Outputs;
        var got = ReferenceEvaluator.Evaluate(Simplify(graph), data, states).Outputs;
        foreach (var name in expected.Keys) Assert.That(Evaluation.Agree(expected[name], got[name], 1e-5), Is.True, name);
    }

    [Test]
    public void BiasGradientsAreOneSum()
    {
        var (x, w, b) = (RuleRow.Float("x", 8, 4), RuleRow.Float("w", 4, 6), RuleRow.Float("b", 6));
        var gradient = Gradients.Of((Nodes.MatMul(x, w) + b).Square().Sum(), [b])[0];
        var ops = Simplify(Evaluation.Graph(gradient)).TopologicalOrder().Select(n => n.Op.Name);
        Assert.That(
            ops.Where(o => o is not "input"),
            Is.EquivalentTo(new[] { "contraction", "reshape", "expand", "add", "add", "sum" }));
    }

    private static ComputationGraph Simplify(ComputationGraph graph) =>
        RewriteDriver.Apply(graph, RuleSet.SimplifyDifferentiated, out _);

    /// <summary>Causal attention of two heads, a projection, a normalised loss, and the gradients of both weights.</summary>
    private static ComputationGraph Attention()
    {
        var (x, w, o) = (RuleRow.Float("x", 2, 5, 8), RuleRow.Float("w", 8, 24), RuleRow.Float("o", 8, 8));
        var heads = Nodes.MatMul(x, w).Reshape([2, 5, 3, 2, 4]).Permute(2, 0, 3, 1, 4);
        var scores = Nodes.MatMul(Part(0), Part(1).Transpose()) * 0.5;
        var position = Nodes.Iota(5, DType.Int32);
        var isPast = position.Reshape([1, 5]).LessOrEqual(position.Reshape([5, 1]));
        var weights = Nodes.Select(isPast, scores, Nodes.Scalar(-1e9, DType.Float32)).Softmax(-1);
        var joined = Nodes.MatMul(weights, Part(2)).Permute(0, 2, 1, 3).Reshape([2, 5, 8]);
        var y = Nodes.MatMul(joined, o);
        var centred = y - y.Mean(-1, keepDims: true);
        var normal = centred / (centred.Square().Mean(-1, keepDims: true) + 1e-5).Sqrt();
        var loss = (normal - x).Square().Mean();
        var gradients = Gradients.Of(loss, [w, o]);
        return new ComputationGraph(
            "attention", [new("loss", loss), new("w", gradients[0]), new("o", gradients[1])], []);

        Node Part(int i) => heads.Slice(0, i, 1).Squeeze(0);
    }
}
