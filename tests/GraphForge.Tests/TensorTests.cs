using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Tests;

public sealed class TensorTests
{
    private static readonly Dim Batch = new DimSymbol("batch");

    [Test]
    public void Shapes_broadcast_from_the_last_axis()
    {
        var sum = Values.Of([1, 2], 2, 1) + Values.Of([10, 20, 30], 3);
        Assert.That(sum.Shape, Is.EqualTo(Shape.Of(2, 3)));
        Assert.That(Values.Of(sum), Is.EqualTo(new double[] { 11, 21, 31, 12, 22, 32 }));
    }

    [Test]
    public void A_symbolic_batch_passes_through_operators()
    {
        var x = Tensor.Input("x", DType.Float32, Batch, 3);
        Assert.That((x + Values.Of([1, 2, 3], 3)).Shape, Is.EqualTo(new Shape([Batch, 3])));
        Assert.That((x * x.Sum(1, keepDim: true)).Shape, Is.EqualTo(new Shape([Batch, 3])));
    }

    [Test]
    public void Reshape_fills_in_one_extent_also_beside_a_symbolic_one()
    {
        var x = Tensor.Input("x", DType.Float32, Batch, 4, 6);
        Assert.That(x.Reshape(Batch, -1, 3).Shape, Is.EqualTo(new Shape([Batch, 8, 3])));
        Assert.That(x.Reshape(-1, 24).Shape, Is.EqualTo(new Shape([Batch, 24])));
        Assert.That(x.Flatten(1).Shape, Is.EqualTo(new Shape([Batch, 24])));
        Assert.That(x.Flatten().Shape, Is.EqualTo(new Shape([Batch * 24])));
    }

    [Test]
    public void Indices_take_positions_and_parts()
    {
        var x = Values.Of(Values.Sequence(6, first: 0), 2, 3);
        Assert.Multiple(() =>
        {
            Assert.That(Values.Of(x[1]), Is.EqualTo(new double[] { 3, 4, 5 }));
            Assert.That(Values.Of(x[-1, 0]), Is.EqualTo(new double[] { 3 }));
            Assert.That(Values.Of(x[.., ^1]), Is.EqualTo(new double[] { 2, 5 }));
            Assert.That(Values.Of(x[.., 1..]), Is.EqualTo(new double[] { 1, 2, 4, 5 }));
            Assert.That(x[.., 1..].Shape, Is.EqualTo(Shape.Of(2, 2)));
            Assert.That(x[0, 1].Shape, Is.EqualTo(Shape.Scalar));
            Assert.That(Tensor.Input("y", DType.Float32, Batch, 3)[1.., 0].Shape, Is.EqualTo(new Shape([Batch - 1])));
        });
    }

    [Test]
    public void Axes_move_as_in_torch()
    {
        var x = Values.Of(Values.Sequence(6, first: 0), 1, 2, 3);
        Assert.Multiple(() =>
        {
            Assert.That(Values.Of(x.Transpose(1, 2)), Is.EqualTo(new double[] { 0, 3, 1, 4, 2, 5 }));
            Assert.That(x.Permute(2, 0, 1).Shape, Is.EqualTo(Shape.Of(3, 1, 2)));
            Assert.That(x.Squeeze(0).Shape, Is.EqualTo(Shape.Of(2, 3)));
            Assert.That(x.Squeeze(1).Shape, Is.EqualTo(Shape.Of(1, 2, 3)));
            Assert.That(x.Squeeze().Unsqueeze(-1).Shape, Is.EqualTo(Shape.Of(2, 3, 1)));
            Assert.That(x.Expand(4, -1, -1).Shape, Is.EqualTo(Shape.Of(4, 2, 3)));
            Assert.That(Values.Of(x.Flip(2).Flatten()), Is.EqualTo(new double[] { 2, 1, 0, 5, 4, 3 }));
        });
    }

    [Test]
    public void Matrices_multiply_over_the_last_two_axes()
    {
        var (a, b) = (Values.Of([1, 2, 3, 4], 2, 2), Values.Of([5, 6, 7, 8], 2, 2));
        Assert.Multiple(() =>
        {
            Assert.That(Values.Of(a.MatMul(b)), Is.EqualTo(new double[] { 19, 22, 43, 50 }));
            Assert.That(Values.Of(a.MatMul(Values.Of([1, 10], 2))), Is.EqualTo(new double[] { 21, 43 }));
            Assert.That(Values.Of(Tensor.Einsum("ij,kj->ik", a, b)), Is.EqualTo(new double[] { 17, 23, 39, 53 }));
            Assert.That(Tensor.Input("x", DType.Float32, Batch, 4, 2).MatMul(a).Shape, Is.EqualTo(new Shape([Batch, 4, 2])));
        });
    }

    [Test]
    public void Tensors_join_in_the_wider_type()
    {
        var joined = Tensor.Cat([Values.Of([1, 2], 1, 2), Tensor.Constant<int>([3, 4], 1, 2)], dim: 1);
        Assert.That(joined.DType, Is.EqualTo(DType.Float32));
        Assert.That(Values.Of(joined), Is.EqualTo(new double[] { 1, 2, 3, 4 }));
        var stacked = Tensor.Stack([Values.Of([1, 2], 2), Values.Of([3, 4], 2)], dim: 1);
        Assert.That(Values.Of(stacked), Is.EqualTo(new double[] { 1, 3, 2, 4 }));
    }

    [Test]
    public void Reductions_keep_or_drop_their_axis()
    {
        var x = Values.Of([1, 5, 2, 8, 0, 3], 2, 3);
        Assert.Multiple(() =>
        {
            Assert.That(Values.Of(x.Sum()), Is.EqualTo(new double[] { 19 }));
            Assert.That(Values.Of(x.Mean(0)), Is.EqualTo(new double[] { 4.5, 2.5, 2.5 }));
            Assert.That(Values.Of(x.Max(1)), Is.EqualTo(new double[] { 5, 8 }));
            Assert.That(x.Min(-1, keepDim: true).Shape, Is.EqualTo(Shape.Of(2, 1)));
            Assert.That(Values.Of(x.ArgMax(1)), Is.EqualTo(new double[] { 1, 0 }));
            Assert.That(Values.Of(x.Sum([0, 1], keepDim: true)), Is.EqualTo(new double[] { 19 }));
        });
    }

    /// <summary>Figures from the functions' definitions, computed in float64.</summary>
    [Test]
    public void Functions_agree_with_their_definitions()
    {
        var x = Values.Of([-2, -0.5f, 0, 1, 3], 5);
        Assert.Multiple(() =>
        {
            Assert.That(Values.Of(x.Relu()), Is.EqualTo(new double[] { 0, 0, 0, 1, 3 }));
            Assert.That(Values.Of(x.Sigmoid()), Is.EqualTo(new[] { 0.119202922, 0.377540669, 0.5, 0.731058579, 0.952574127 }).Within(1e-7));
            Assert.That(Values.Of(x.Gelu()), Is.EqualTo(new[] { -0.045500264, -0.154268769, 0, 0.841344746, 2.995950306 }).Within(1e-6));
            Assert.That(Values.Of(x.Gelu(GeluApproximation.Tanh)),
                Is.EqualTo(new[] { -0.045402306, -0.154285990, 0, 0.841191991, 2.996362608 }).Within(1e-6));
            Assert.That(Values.Of(x.Softmax(0)), Is.EqualTo(new[] { 0.005513608, 0.024710277, 0.040740359, 0.110743777, 0.818291980 }).Within(1e-7));
            Assert.That(Values.Of(x.Clamp(min: -1, max: 2)), Is.EqualTo(new double[] { -1, -0.5, 0, 1, 2 }));
            Assert.That(Values.Of(x.Pow(2)), Is.EqualTo(new double[] { 4, 0.25, 0, 1, 9 }));
        });
    }

    [Test]
    public void A_softmax_of_large_values_does_not_overflow()
    {
        var x = Values.Of([1000, 1001], 2);
        Assert.That(Values.Of(x.LogSoftmax(0)), Is.EqualTo(new[] { -1.3132617, -0.3132617 }).Within(1e-6));
    }
}
