using GraphForge.Bench.Peers;

namespace GraphForge.Bench.Tests.Peers;

public sealed class PeerTableTests
{
    [Test]
    public void A_line_has_times_of_three_digits_and_ratios_and_the_share_of_the_floor()
    {
        var row = new PeerRow("infer-mlp", 2, 0.01234, new PeerTime(1.2345, 100.04), new PeerTime(12.345, 1000), 0.00617);
        Assert.That(PeerTable.Line(row), Is.EqualTo("| infer-mlp | 2 | 0.0123 | 1.23 | 12.3 | 100.04 | 1000.00 | 0.00617 | 50 % |"));
    }

    [Test]
    public void What_was_not_measured_is_a_dash()
    {
        var row = new PeerRow("step-gpt", 1, 123.4, null, null, 61.7);
        Assert.That(PeerTable.Line(row), Is.EqualTo("| step-gpt | 1 | 123 | – | – | – | – | 61.7 | 50 % |"));
    }

    [Test]
    public void Lines_have_the_columns_of_the_header() => Assert.That(
        PeerTable.Header.Split('\n').Append(PeerTable.Line(new PeerRow("x", 1, 1, null, null, 1))).Select(line => line.Count(c => c == '|')),
        Is.All.EqualTo(10));

    [Test]
    public void A_ratio_is_the_median_of_rounds_and_not_the_ratio_of_medians()
    {
        var time = PeerTime.Of([2, 10, 9], [1, 2, 9]);
        Assert.That(time, Is.EqualTo(new PeerTime(9, 2)));
    }
}
