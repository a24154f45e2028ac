using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Tests.Loops;

public sealed class IndexExprTests
{
    private static readonly LoopVar I = new("i", 4);
    private static readonly LoopVar J = new("j", 6);
    private static readonly LoopVar K = new("k", 3);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Random_expressions_agree_with_plain_arithmetic(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var (expr, plain) = Grow(random, 5);
            foreach (var point in Points())
            {
                var value = Interpreter(point).Evaluate(expr);
                Assert.That(value, Is.EqualTo(plain(point)), expr.ToString());
                Assert.That(value, Is.InRange(expr.Minimum, expr.Maximum), expr.ToString());
            }
        }
    }

    [Test]
    public void Substituting_agrees_with_evaluating_there()
    {
        var random = new Random(4);
        for (var round = 0; round < 200; round++)
        {
            var (expr, plain) = Grow(random, 4);
            var moved = expr.Substitute(new Dictionary<LoopVar, IndexExpr> { [I] = (IndexExpr)K + 1, [J] = (IndexExpr)J / 2 });
            foreach (var point in Points())
                Assert.That(Interpreter(point).Evaluate(moved),
                    Is.EqualTo(plain(new Point(point.K + 1, point.J / 2, point.K))), $"{expr} became {moved}");
        }
    }

    [Test]
    public void Unravel_inverts_linear_and_leaves_nothing_behind()
    {
        IndexExpr[] index = [I, J, K];
        var linear = IndexExpr.Linear(index, [18, 3, 1]);
        Assert.That(IndexExpr.Unravel(linear, [4, 6, 3]), Is.EqualTo(index));
    }

    [Test]
    public void Unravel_into_other_extents_agrees_with_plain_arithmetic()
    {
        var linear = IndexExpr.Linear([I, J, K], [18, 3, 1]);
        var unravelled = IndexExpr.Unravel(linear, [2, 9, 4]);
        foreach (var point in Points())
        {
            var plain = point.I * 18 + point.J * 3 + point.K;
            var values = unravelled.Select(Interpreter(point).Evaluate).ToArray();
            Assert.That(values, Is.EqualTo(new[] { plain / 36, plain / 4 % 9, plain % 4 }));
        }
    }

    [Test]
    public void Splitting_and_joining_an_axis_gives_the_axis_back()
    {
        IndexExpr i = I;
        Assert.That(i / 2 * 2 + i % 2, Is.EqualTo(i));
        Assert.That((i * 6 + J) / 6, Is.EqualTo(i));
        Assert.That((i * 6 + J) % 6, Is.EqualTo((IndexExpr)J));
        Assert.That((i * 6 + J) / 2 / 3, Is.EqualTo(i));
    }

    [Test]
    public void A_variable_of_extent_1_is_0() => Assert.That((IndexExpr)new LoopVar("one", 1), Is.EqualTo(IndexExpr.Zero));

    private readonly record struct Point(long I, long J, long K);

    private static IEnumerable<Point> Points()
    {
        for (var i = 0; i < I.Extent; i++)
            for (var j = 0; j < J.Extent; j++)
                for (var k = 0; k < K.Extent; k++)
                    yield return new Point(i, j, k);
    }

    private static ExprInterpreter Interpreter(Point point)
    {
        var interpreter = new ExprInterpreter(new Dictionary<LoopBuffer, Literal>());
        interpreter.Set(I, point.I);
        interpreter.Set(J, point.J);
        interpreter.Set(K, point.K);
        return interpreter;
    }

    private static (IndexExpr Expr, Func<Point, long> Plain) Grow(Random random, int depth)
    {
        if (depth == 0)
            return random.Next(4) switch
            {
                0 => (I, p => p.I),
                1 => (J, p => p.J),
                2 => (K, p => p.K),
                _ => Constant(random.Next(-5, 20)),
            };
        var (a, plainA) = Grow(random, depth - 1);
        var factor = random.Next(1, 7);
        switch (random.Next(5))
        {
            case 0:
                var (b, plainB) = Grow(random, random.Next(depth));
                return (a + b, p => plainA(p) + plainB(p));
            case 1:
                var (c, plainC) = Grow(random, random.Next(depth));
                return (a - c, p => plainA(p) - plainC(p));
            case 2: return (a * factor, p => plainA(p) * factor);
            case 3: return (a / factor, p => Floor(plainA(p), factor));
            default: return (a % factor, p => plainA(p) - Floor(plainA(p), factor) * factor);
        }
    }

    private static (IndexExpr, Func<Point, long>) Constant(long value) => (value, _ => value);

    private static long Floor(long a, long b) => (long)Math.Floor((double)a / b);
}
