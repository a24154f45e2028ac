using GraphForge.Bench.Peers;

namespace GraphForge.Bench.Tests.Peers;

public sealed class MachineTests
{
    [Test]
    public void The_file_of_a_processor_is_named_in_lower_case_words() => Assert.That(Machine.FileName, Does.Match("^[a-z0-9]+(-[a-z0-9]+)*$"));
}
