using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Tests.Reference;

/// <summary>Functions that models build of primitives, as a model would write them.</summary>
internal static class FunctionOperations
{
    public static IEnumerable<CaseOperation> All =>
    [
        new("cross entropy", CrossEntropy),
        new("mean squared error", (a, b) => (a - b).Square().Mean()),
        new("linear", (x, weight, bias) => Nodes.MatMul(x, weight.Transpose()) + bias),
        new("layer norm", (x, a) => Normalise(x[0], [-1], a) * x[1] + x[2]),
        new("batch norm", BatchNorm),
        new("attention", Attention),
    ];

    private static Node CrossEntropy(Node logits, Node classes)
    {
        var positions = Nodes.Iota(logits.Shape[1], classes.Type.DType);
        var logarithms = logits.LogSoftmax(1);
        var chosen = Nodes.Select(positions.EqualTo(classes.Unsqueeze(1)), logarithms, logarithms.ZerosLike());
        return -chosen.Sum(1).Mean();
    }

    private static Node BatchNorm(Node[] x, CaseAttributes attributes)
    {
        var axes = Enumerable.Range(0, x[0].Shape.Rank).Where(axis => axis != 1).ToArray();
        var channels = Shape.Of(x[0].Shape.Select((dim, axis) => axis == 1 ? dim : 1));
        return Normalise(x[0], axes, attributes) * x[1].Reshape(channels) + x[2].Reshape(channels);
    }

    private static Node Attention(Node query, Node key, Node value)
    {
        var scores = Nodes.MatMul(query, key.Transpose()) * (1 / Math.Sqrt(query.Shape[^1].Value));
        return Nodes.MatMul(scores.Softmax(-1), value);
    }

    private static Node Normalise(Node x, int[] axes, CaseAttributes attributes)
    {
        var centred = x - x.Mean(axes, keepDims: true);
        return centred / (centred.Square().Mean(axes, keepDims: true) + attributes.Number("epsilon")).Sqrt();
    }
}
