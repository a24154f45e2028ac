using GraphForge.Bench.Peers;

namespace GraphForge.Bench.Tests.Peers;

public sealed class LimitsOfRoundsTests
{
    [TestCase(new[] { 200.0, 195, 198 }, true)]
    [TestCase(new[] { 200.0, 60, 198 }, true)]
    [TestCase(new[] { 200.0, 60, 90 }, false)]
    public void A_machine_is_quiet_where_most_rounds_come_near_the_best(double[] peaks, bool isQuiet) =>
        Assert.That(Limits(peaks).IsQuiet, Is.EqualTo(isQuiet));

    [Test]
    public void They_are_told_in_a_line() =>
        Assert.That($"{Limits([200, 190, 180])}", Is.EqualTo("peak 190 GFLOP/s (at best 200), copy 20.0 GB/s"));

    private static LimitsOfRounds Limits(double[] peaks) => new([.. peaks.Select(p => new MachineLimits(p * 1e9, 20e9))]);
}
