using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

public sealed class ContractionTests
{
    private static readonly Contraction MatMul = new([0, 1], [1, 2], [0, 2]);

    [Test]
    public void Matrix_product_of_small_integers()
    {
        var result = Evaluate(MatMul, Literal.Of<float>([1, 2, 3, 4, 5, 6], 2, 3), Literal.Of<float>([1, 0, 0, 1, 1, 1], 3, 2));
        Assert.That(result, Is.EqualTo(Literal.Of<float>([4, 5, 10, 11], 2, 2)));
    }

    [Test]
    public void Operands_and_result_may_be_transposed_by_labels()
    {
        var left = Literal.Of<long>([1, 4, 2, 5, 3, 6], 3, 2);
        var right = Literal.Of<long>([1, 0, 1, 0, 1, 1], 2, 3);
        var result = Evaluate(new Contraction([1, 0], [2, 1], [2, 0]), left, right);
        Assert.That(result, Is.EqualTo(Literal.Of<long>([4, 10, 5, 11], 2, 2)));
    }

    [Test]
    public void Labels_in_both_operands_and_the_output_are_batch_axes()
    {
        var result = Evaluate(
            new Contraction([0, 1], [0, 1], [0]), Literal.Of<int>([1, 2, 3, 4], 2, 2), Literal.Of<int>([5, 6, 7, 8], 2, 2));
        Assert.That(result, Is.EqualTo(Literal.Of<int>([17, 53], 2)));
    }

    [Test]
    public void Without_shared_labels_it_is_the_outer_product()
    {
        var result = Evaluate(new Contraction([0], [1], [1, 0]), Literal.Of<double>([1, 2], 2), Literal.Of<double>([3, 4, 5], 3));
        Assert.That(result, Is.EqualTo(Literal.Of<double>([3, 6, 4, 8, 5, 10], 3, 2)));
    }

    [Test]
    public void An_empty_contracted_axis_sums_to_zero()
    {
        var result = Evaluate(MatMul, Literal.Of<float>([], 2, 0), Literal.Of<float>([], 0, 2));
        Assert.That(result, Is.EqualTo(Literal.Of<float>([0, 0, 0, 0], 2, 2)));
    }

    [Test]
    public void Equal_einsums_are_equal_ops() =>
        Assert.That(new Contraction([7, 3], [3, 9], [7, 9]), Is.EqualTo(MatMul));

    [Test]
    public void Symbolic_extents_pass_through()
    {
        Dim batch = new DimSymbol("batch");
        var type = MatMul.Infer([new(DType.Float32, [batch, 3]), new(DType.Float32, [3, 4])]);
        Assert.That(type, Is.EqualTo(new TensorType(DType.Float32, [batch, 4])));
    }

    private static IEnumerable<TestCaseData> Mistakes()
    {
        yield return Mistake(MatMul, [2, 3], [4, 5],
            "contraction(ab,bc->ac) of [2, 3] and [4, 5]: label b is 3 in the left operand and 4 in the right operand; " +
            "transpose or reshape an operand so that they agree.");
        yield return Mistake(MatMul, [2, 3, 1], [3, 5],
            "contraction(ab,bc->ac) of [2, 3, 1] and [3, 5]: the operands need as many axes as they have labels; reshape an operand.");
        yield return Mistake(new([0, 0], [0, 1], [0, 1]), [2, 2], [2, 5],
            "contraction(aa,ab->ab) of [2, 2] and [2, 5]: label a stands twice in aa; take the diagonal before the contraction.");
        yield return Mistake(new([0, 1], [2], [0, 2]), [2, 2], [5],
            "contraction(ab,c->ac) of [2, 2] and [5]: label b is in one operand only and not in the output; sum over that axis first.");
        yield return Mistake(new([0], [1], [0, 1, 2]), [2], [5],
            "contraction(a,b->abc) of [2] and [5]: output label c is in no operand; expand the result afterwards.");

        static TestCaseData Mistake(Contraction op, long[] left, long[] right, string text) =>
            new TestCaseData(op, left, right, text).SetArgDisplayNames(op.Attributes, text[..40]);
    }

    [TestCaseSource(nameof(Mistakes))]
    public void Labels_that_do_not_fit_are_named(Contraction op, long[] left, long[] right, string text)
    {
        var error = Assert.Throws<GraphException>(() => op.Infer(
            [new(DType.Float32, Shape.Of(left)), new(DType.Float32, Shape.Of(right))]))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.Code, Is.EqualTo(ErrorCode.ShapeMismatch));
            Assert.That(error.Problem, Is.EqualTo(text));
        }
    }

    [Test]
    public void Operands_of_different_dtypes_are_refused()
    {
        var error = Assert.Throws<GraphException>(() => MatMul.Infer([new(DType.Float32, [2, 3]), new(DType.Float64, [3, 2])]))!;
        Assert.That(error.Problem, Is.EqualTo(
            "contraction(ab,bc->ac) needs two operands of one float or integer dtype, but got float32[2, 3] and float64[3, 2]; " +
            "cast one of them."));
    }

    private static Literal Evaluate(Contraction op, Literal left, Literal right)
    {
        var node = Node.Of(op, Node.Of(new Constant(left)), Node.Of(new Constant(right)));
        return op.Evaluate(node, [left, right]);
    }
}
