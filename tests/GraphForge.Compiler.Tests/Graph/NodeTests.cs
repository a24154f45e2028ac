using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Graph;

public sealed class NodeTests
{
    private static readonly Node X = Nodes.Input("x", DType.Float32, [2, 3]);
    private static readonly Node Y = Nodes.Input("y", DType.Float32, [2, 3]);

    [Test]
    public void Equal_values_are_one_node() => Assert.That((X + 1).Exp().Sum(-1), Is.SameAs((X + 1).Exp().Sum(1)));

    [Test]
    public void Operands_of_commutative_ops_have_one_order()
    {
        Assert.That(X * Y, Is.SameAs(Y * X));
        Assert.That(X.Maximum(Y), Is.SameAs(Y.Maximum(X)));
        Assert.That(X - Y, Is.Not.SameAs(Y - X));
        Assert.That((2 * X.Exp()).Inputs[0], Is.SameAs(X.Exp()));
    }

    [Test]
    public void Attributes_and_types_tell_nodes_apart()
    {
        Assert.That(X.Sum(0), Is.Not.SameAs(X.Sum(1)));
        Assert.That(Nodes.Scalar(0.0, DType.Float64), Is.Not.SameAs(Nodes.Scalar(-0.0, DType.Float64)));
        Assert.That(Nodes.Input("x", DType.Float32, [2, 4]), Is.Not.SameAs(X));
    }

    [Test]
    public void Rearrangements_that_change_nothing_are_the_node_itself()
    {
        Assert.That(X.Reshape([2, 3]), Is.SameAs(X));
        Assert.That(X.Permute(0, 1), Is.SameAs(X));
        Assert.That(X.Slice(0, 0, 2), Is.SameAs(X));
        Assert.That(X.Pad(0, 0, 0), Is.SameAs(X));
        Assert.That(X.ExpandTo([2, 3]), Is.SameAs(X));
        Assert.That(X.Cast(DType.Float32), Is.SameAs(X));
        Assert.That(Nodes.Concat([X], 0), Is.SameAs(X));
    }

    [Test]
    public void Symbolic_extents_flow_through_functions()
    {
        Dim n = new DimSymbol("n");
        var x = Nodes.Input("symbolic", DType.Float32, [n, 4]);
        Assert.That(Nodes.MatMul(x, Nodes.Input("w", DType.Float32, [4, 5])).Shape, Is.EqualTo(new Shape([n, 5])));
        Assert.That(x.Reshape([n * 2, 2]).Transpose().Shape, Is.EqualTo(new Shape([2, n * 2])));
        Assert.That(Nodes.Concat([x, x.Softmax(0)], 0).Shape, Is.EqualTo(new Shape([n * 2, 4])));
        Assert.That(x.Pad(0, 1, n).Slice(0, 1, n).Shape, Is.EqualTo(x.Shape));
        Assert.That(x.Mean().Shape, Is.EqualTo(Shape.Scalar));
    }
}
