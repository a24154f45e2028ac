namespace GraphForge.Bench.Tests;

public sealed class RunTimeTests
{
    [TestCase(new[] { 3.0 }, 3)]
    [TestCase(new[] { 5.0, 1, 9 }, 5)]
    [TestCase(new[] { 4.0, 1, 2, 3 }, 3)]
    public void The_median_is_the_middle_one_in_order(double[] values, double median) =>
        Assert.That(RunTime.Median(values), Is.EqualTo(median));

    [Test]
    public void However_slow_it_is_timed_five_times()
    {
        var runs = 0;
        RunTime.Median(() => runs++, seconds: 0);
        Assert.That(runs, Is.EqualTo(5));
    }
}
