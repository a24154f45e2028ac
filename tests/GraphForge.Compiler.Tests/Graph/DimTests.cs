using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Tests.Graph;

public sealed class DimTests
{
    private static readonly DimSymbol Batch = new("batch");
    private static readonly DimSymbol Time = new("time");
    private static readonly Dim B = Batch;
    private static readonly Dim T = Time;

    [Test]
    public void Equal_polynomials_are_equal_extents()
    {
        Assert.That(B * T + T * 2, Is.EqualTo((B + 2) * T));
        Assert.That((B + T) * (B - T), Is.EqualTo(B * B - T * T));
        Assert.That(((B + 1) * T).GetHashCode(), Is.EqualTo((T + T * B).GetHashCode()));
        Assert.That(B, Is.Not.EqualTo(T));
    }

    [Test]
    public void Cancelled_symbols_leave_an_integer()
    {
        Assert.That(B + 3 - B, Is.EqualTo((Dim)3));
        Assert.That((B * 0).IsBound);
        Assert.That((B - B).Is(0));
    }

    [Test]
    public void Binding_evaluates()
    {
        var bound = (B * T * 2 + T - 1).Bind(new Dictionary<DimSymbol, long> { [Batch] = 3, [Time] = 5 });
        Assert.That(bound, Is.EqualTo((Dim)34));
        Assert.That((B * T).Bind(new Dictionary<DimSymbol, long> { [Batch] = 3 }), Is.EqualTo(T * 3));
    }

    [Test]
    public void Division_is_exact_or_refused()
    {
        Assert.That((B * T * 6 + T * 4).TryDivide(T * 2, out var quotient));
        Assert.That(quotient, Is.EqualTo(B * 3 + 2));
        Assert.That((B * 6 + 3).TryDivide(2, out _), Is.False);
        Assert.That((B + T).TryDivide(T, out _), Is.False);
    }

    [Test]
    public void The_value_of_a_symbolic_extent_is_refused() => Assert.That(() => (B * 2).Value,
        Throws.InvalidOperationException.With.Message.EqualTo("The extent 2·batch is symbolic; bind its symbols first."));

    [Test]
    public void Printing_puts_the_constant_last() =>
        Assert.That((1 + T * 2 + B * B).ToString(), Is.EqualTo("batch·batch + 2·time + 1"));
}
