using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Loops;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>The forms of expression that schedules rely on.</summary>
public sealed class ConvolutionLoweringTests
{
    [Test]
    public void Contraction_is_a_sum_of_a_product()
    {
        var expr = Lower(new Contraction([0, 1], [1, 2], [0, 2]), [2, 3], [3, 4]);
        Assert.That(expr.ToString(), Is.EqualTo("Sum[kb < 3]((x0[i0 * 3 + kb] * x1[i1 + kb * 4]))"));
    }

    [Test]
    public void Without_padding_nothing_is_guarded()
    {
        var expr = Lower(new Convolution(ConvolutionGeometry.Of(1)), [2, 3, 8], [4, 3, 3]);
        Assert.That(expr.ToString(), Is.EqualTo("Sum[c < 3, kw < 3]((x0[c * 8 + i0 * 24 + i2 + kw] * x1[c * 3 + i1 * 9 + kw]))"));
    }

    [Test]
    public void Padding_guards_the_left_operand_of_the_product()
    {
        var expr = Lower(new Convolution(ConvolutionGeometry.Of(1, padding: 1)), [2, 3, 8], [4, 3, 3]);
        Assert.That(expr.ToString(), Is.EqualTo(
            "Sum[c < 3, kw < 3]((((0 <= i2 + kw + -1 < 8) ? x0[c * 8 + i0 * 24 + i2 + kw + -1] : 0) * x1[c * 3 + i1 * 9 + kw]))"));
    }

    [Test]
    public void Unstrided_input_gradient_does_not_divide()
    {
        var expr = Lower(new ConvolutionInputGradient(ConvolutionGeometry.Of(1), [2, 3, 8]), [2, 4, 6], [4, 3, 3]);
        Assert.That(expr.ToString(), Is.EqualTo(
            "Sum[o < 4, kw < 3]((((0 <= i2 + kw * -1 < 6) ? x0[i0 * 24 + i2 + kw * -1 + o * 6] : 0) * x1[i1 * 3 + kw + o * 9]))"));
    }

    [Test]
    public void Strided_input_gradient_tests_the_remainder()
    {
        var expr = Lower(new ConvolutionInputGradient(ConvolutionGeometry.Of(1, stride: 2), [1, 1, 9]), [1, 1, 4], [1, 1, 3]);
        Assert.That(expr.ToString(), Is.EqualTo(
            "Sum[o < 1, kw < 3]((" +
            "(((Int64(((i2 + kw * -1) % 2)) == 0) & (0 <= ((i2 + kw * -1) / 2) < 4)) ? x0[((i2 + kw * -1) / 2)] : 0) * x1[kw]))"));
    }

    [Test]
    public void Weight_gradient_sums_over_batch_and_windows()
    {
        var expr = Lower(new ConvolutionWeightGradient(ConvolutionGeometry.Of(1), [4, 3, 3]), [2, 3, 8], [2, 4, 6]);
        Assert.That(expr.ToString(), Is.EqualTo("Sum[n < 2, pw < 6]((x0[i1 * 8 + i2 + n * 24 + pw] * x1[i0 * 6 + n * 24 + pw]))"));
    }

    [Test]
    public void Scatter_into_disjoint_windows_is_no_reduction()
    {
        var geometry = WindowGeometry.Of([2]);
        var offsets = Integers.Evaluate(new WindowArgMaximum(geometry), Integers.Random(1, 3, 8));
        var expr = Lower(new WindowScatter(geometry, [3, 8]), Integers.Random(1, 3, 4), offsets);
        Assert.That(expr.ToString(), Is.EqualTo(
            "((x1[((i1) / 2) + i0 * 4] == UInt8(((i1) % 2))) ? x0[((i1) / 2) + i0 * 4] : 0)"));
    }

    private static Expr Lower(Op op, long[] left, long[] right) =>
        Lower(op, Integers.Random(1, left), Integers.Random(2, right));

    private static Expr Lower(Op op, params Literal[] operands)
    {
        var node = Integers.NodeOf(op, operands);
        var index = node.Shape.Values.Select((extent, axis) => (IndexExpr)new LoopVar($"i{axis}", extent)).ToArray();
        return op.Lower(node, new Lowering.BufferReader(operands), index);
    }
}
