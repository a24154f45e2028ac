using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Graph;

/// <summary>Operations by the formulas everybody counts with.</summary>
public sealed class FloatOperationsTests
{
    private static readonly Node X = Nodes.Input("x", DType.Float32, [4, 6]);

    private static IEnumerable<TestCaseData> Counts()
    {
        yield return Case("matmul", Nodes.MatMul(X, Nodes.Input("w", DType.Float32, [6, 5])), 2 * 4 * 6 * 5);
        yield return Case("outer product", Nodes.Einsum("a,b->ab", Nodes.Input("a", DType.Float32, [3]), Nodes.Input("b", DType.Float32, [7])), 2 * 3 * 7);
        yield return Case("elementwise", (X * X + X).Exp(), 3 * 24);
        yield return Case("shared", (X * X) + (X * X), 2 * 24);
        yield return Case("reduction", X.Sum(1), 24);
        yield return Case("position of the greatest", X.ArgMax(1), 24);
        yield return Case("movement", X.Transpose(0, 1).Reshape([24]), 0);
        yield return Case("integers", Nodes.Input("i", DType.Int64, [9]) + Nodes.Iota(9, DType.Int64), 0);
        yield return Case("comparison", Nodes.Select(X.Less(X.ZerosLike()), X * 2, X), 2 * 24);
        yield return Case("convolution", Convolution(out _, out _), 2 * (2 * 6 * 3 * 3) * (4 * 3 * 3));
        yield return Case("convolution's gradients", ConvolutionGradients(), 3 * 2 * (2 * 6 * 3 * 3) * (4 * 3 * 3) + 2 * 6 * 3 * 3);
        yield return Case("windows", Convolutions.MaxPool(Nodes.Input("i", DType.Float32, [2, 4, 6]), WindowGeometry.Of([2, 2])), 2 * 2 * 3 * 4);
        yield return Case("scatter", Nodes.Input("t", DType.Float32, [9, 2]).Gather(0, Nodes.Input("i", DType.Int64, [5])).Sum(), 10);
        yield return Case("loop", Loop(out var last), 10 * (24 + 24));
        yield return Case("loop with two results", Loop(out last) + last, 10 * (24 + 24) + 24);
        yield return Case("branches", Nodes.Cond(Nodes.Input("c", DType.Bool, []), [X], o => [o[0] * o[0]], o => [(o[0] * o[0]).Exp()])[0], 2 * 24);
        yield return Case("open loop", Nodes.While([Nodes.Input("c", DType.Bool, []), X], o => o[0], o => [o[0], o[1] * 2])[1], 24);

        static TestCaseData Case(string name, Node node, double expected) => new TestCaseData(node, expected).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Counts))]
    public void Definitions_are_counted(Node node, double expected) =>
        Assert.That(FloatOperations.Of(new ComputationGraph("g", [new NamedOutput("y", node)], [])), Is.EqualTo(expected));

    [Test]
    public void Large_products_do_not_overflow()
    {
        var large = Nodes.Input("x", DType.Float32, [int.MaxValue, int.MaxValue]).ExpandTo([int.MaxValue, int.MaxValue]) * 2;
        Assert.That(FloatOperations.Of(new ComputationGraph("g", [new NamedOutput("y", Nodes.MatMul(large, large))], [])), Is.EqualTo(2 * Math.Pow(int.MaxValue, 3)).Within(1e-6).Percent);
    }

    private static Node Convolution(out Node x, out Node weight)
    {
        x = Nodes.Input("x", DType.Float32, [2, 4, 5, 5]);
        weight = Nodes.Input("w", DType.Float32, [6, 4, 3, 3]);
        return Convolutions.Convolve(x, weight, ConvolutionGeometry.Of(2));
    }

    /// <summary>Forward, both gradients, and the sum that is differentiated.</summary>
    private static Node ConvolutionGradients()
    {
        var y = Convolution(out var x, out var weight);
        var gradients = Gradients.Of([(y, y)], [x, weight]);
        return Nodes.Concat([gradients[0]!.Reshape([200]), gradients[1]!.Reshape([216]), y.Sum().Reshape([1])], 0);
    }

    private static Node Loop(out Node last)
    {
        var scan = Nodes.Scan([X], [], (carries, _) => ([(carries[0] * carries[0]).Exp()], [carries[0]]), length: 10);
        last = scan.Carries[0];
        return scan.Outputs[0].Slice(0, 0, 1).Reshape([4, 6]);
    }
}
