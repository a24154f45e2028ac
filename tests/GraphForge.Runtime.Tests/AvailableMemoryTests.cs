namespace GraphForge.Runtime.Tests;

public sealed class AvailableMemoryTests
{
    [Test]
    public void The_estimate_of_Linux_is_read_in_bytes() =>
        Assert.That(AvailableMemory.Parse(["MemTotal:       24000000 kB", "MemFree:         1000000 kB", "MemAvailable:    8000000 kB"]), Is.EqualTo(8_000_000L * 1024));

    [TestCase("MemTotal: 24000000 kB")]
    [TestCase("MemAvailable: many kB")]
    [TestCase("MemAvailable: 8 pages")]
    public void Another_report_tells_nothing(string line) => Assert.That(AvailableMemory.Parse([line]), Is.Null);

    [Test]
    public void There_is_less_than_the_machine_has() =>
        Assert.That(AvailableMemory.Bytes(), Is.Positive.And.LessThan(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
}
