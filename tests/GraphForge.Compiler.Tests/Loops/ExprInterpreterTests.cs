using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

public sealed class ExprInterpreterTests
{
    private static readonly LoopBuffer Buffer = new("x", DType.Float32, 4);
    private static readonly LoopVar Variable = new("i", 4);

    private readonly ExprInterpreter _interpreter =
        new(new Dictionary<LoopBuffer, Literal> { [Buffer] = Literal.Of<float>([3, float.NaN, 5, 5], 4) });

    [TestCase(-7, -3, 2)]
    [TestCase(7, 2, 1)]
    [TestCase(-6, -2, 0)]
    public void Division_and_remainder_of_indices_round_down(long value, long quotient, long remainder)
    {
        var shifted = new LoopVar("v", 100);
        _interpreter.Set(shifted, value + 50);
        IndexExpr index = (IndexExpr)shifted - 50;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_interpreter.Evaluate(index / 3), Is.EqualTo(quotient));
            Assert.That(_interpreter.Evaluate(index % 3), Is.EqualTo(remainder));
        }
    }

    [Test]
    public void The_branch_not_taken_is_not_read()
    {
        _interpreter.Set(Variable, 0);
        var outside = new LoadExpr(Buffer, (IndexExpr)Variable - 1);
        var guarded = SelectExpr.Of(
            InBoundsExpr.Of((IndexExpr)Variable - 1, 0, 4), outside, new ConstantExpr(Scalar.Of(DType.Float32, 9.0)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_interpreter.Evaluate(guarded).AsDouble, Is.EqualTo(9));
            Assert.That(() => _interpreter.Evaluate(outside), Throws.InvalidOperationException);
        }
    }

    [Test]
    public void The_first_extreme_wins_and_NaN_is_beyond_all()
    {
        var element = new LoadExpr(Buffer, Variable);
        var last = new LoopVar("j", 2);
        var tail = new LoadExpr(Buffer, (IndexExpr)last + 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Value(ReduceFunction.ArgMaximum, Variable, element), Is.EqualTo(1));
            Assert.That(Value(ReduceFunction.Minimum, Variable, element), Is.NaN);
            Assert.That(Value(ReduceFunction.ArgMaximum, last, tail), Is.Zero);
            Assert.That(Value(ReduceFunction.Sum, last, tail), Is.EqualTo(10));
        }
    }

    [Test]
    public void A_match_restricts_a_reduction()
    {
        var key = new IndexValueExpr((IndexExpr)Variable % 2, DType.Int64);
        var body = new IndexValueExpr(Variable, DType.Int64);
        var sum = new ReduceExpr(ReduceFunction.Sum, [Variable], body, new ScatterMatch(key, 1));
        Assert.That(_interpreter.Evaluate(sum).AsInt64, Is.EqualTo(1 + 3));
    }

    [TestCase(0.5, 0.5204998778130465)]
    [TestCase(-1.25, -0.9229001282564582)]
    [TestCase(3, 0.9999779095030014)]
    [TestCase(7, 1)]
    public void Error_function(double x, double expected)
    {
        var erf = new UnaryExpr(UnaryFunction.Erf, new ConstantExpr(Scalar.Of(DType.Float64, x)));
        Assert.That(_interpreter.Evaluate(erf).AsDouble, Is.EqualTo(expected).Within(1e-12));
    }

    [TestCase(-7, 3, 2)]
    [TestCase(7, -3, -2)]
    [TestCase(7, 0, 0)]
    public void Integer_remainders_take_the_sign_of_the_divisor(int a, int b, int expected)
    {
        var remainder = new BinaryExpr(BinaryFunction.Remainder,
            new ConstantExpr(Scalar.Of(DType.Int32, (long)a)), new ConstantExpr(Scalar.Of(DType.Int32, (long)b)));
        Assert.That(_interpreter.Evaluate(remainder).AsInt64, Is.EqualTo(expected));
    }

    private double Value(ReduceFunction function, LoopVar variable, Expr body) =>
        _interpreter.Evaluate(new ReduceExpr(function, [variable], body)).AsDouble;
}
