using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

public sealed class PoolingTests
{
    private static readonly Node Square = Nodes.Constant(Literal.Of<float>([1, 2, 3, 4, 5, 6, 7, 8, 9], 1, 1, 3, 3));
    private static readonly WindowGeometry Padded = WindowGeometry.Of([2, 2], stride: 2, padding: 1);

    [Test]
    public void Maximum() => Assert.That(
        Values(Convolutions.MaxPool(Square, Padded)), Is.EqualTo(new float[] { 1, 3, 7, 9 }));

    [Test]
    public void Average_counts_padding_by_default() => Assert.That(
        Values(Convolutions.AveragePool(Square, Padded)), Is.EqualTo(new[] { 0.25f, 1.25f, 2.75f, 7f }));

    [Test]
    public void Average_of_elements_alone() => Assert.That(
        Values(Convolutions.AveragePool(Square, Padded, countIncludePad: false)), Is.EqualTo(new[] { 1f, 2.5f, 5.5f, 7f }));

    [Test]
    public void Windows_that_do_not_fit_whole_are_dropped() => Assert.That(
        Values(Convolutions.AveragePool(Square, WindowGeometry.Of([2, 2]))), Is.EqualTo(new[] { 3f }));

    [Test]
    public void A_dilated_window_over_padding_alone_averages_to_zero()
    {
        var one = Nodes.Constant(Literal.Of<float>([5], 1));
        var average = Convolutions.AveragePool(one, WindowGeometry.Of([2], padding: 1, dilation: 2), countIncludePad: false);
        Assert.That(Values(average), Is.EqualTo(new[] { 0f }));
    }

    [Test]
    public void Batches_may_be_symbolic()
    {
        Dim batch = new DimSymbol("batch");
        var x = Nodes.Input("x", DType.Float32, [batch, 2, 3, 3]);
        Shape expected = [batch, 2, 2, 2];
        Assert.That(Convolutions.AveragePool(x, Padded, countIncludePad: false).Shape, Is.EqualTo(expected));
    }

    [Test]
    public void Padding_beyond_half_a_window_is_refused()
    {
        var error = Assert.Throws<GraphException>(() => Convolutions.MaxPool(Square, WindowGeometry.Of([2, 2], padding: 2)))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.Code, Is.EqualTo(ErrorCode.BadAttribute));
            Assert.That(error.Problem, Is.EqualTo(
                "windowMaximum(kernel=[2, 2], stride=[2, 2], pad=[2, 2]) pads spatial axis 0 by 2, more than half of the 2 elements " +
                "a window reaches over; pad less, so that windows meet the tensor."));
        }
    }

    [Test]
    public void Integers_have_no_average()
    {
        var x = Nodes.Input("x", DType.Int32, [1, 1, 4, 4]);
        var error = Assert.Throws<GraphException>(() => Convolutions.AveragePool(x, Padded))!;
        Assert.That(error.Problem, Is.EqualTo("averagePool takes a float element type, got int32[1, 1, 4, 4]; cast the operand."));
    }

    [Test]
    public void Element_counts_need_integer_extents()
    {
        Dim width = new DimSymbol("width");
        var x = Nodes.Input("x", DType.Float32, [1, 1, width]);
        var error = Assert.Throws<GraphException>(
            () => Convolutions.AveragePool(x, WindowGeometry.Of([2], stride: 1, padding: 1), countIncludePad: false))!;
        Assert.That(error.Problem, Is.EqualTo(
            "averagePool that does not count padding needs integer extents where there is padding, but width of [1, 1, width] is " +
            "symbolic; count the padding or give the extent as an integer."));
    }

    private static float[] Values(Node node) => ReferenceEvaluator.Evaluate(node).AsSpan<float>().ToArray();
}
