using GraphForge.Bench.Peers;

namespace GraphForge.Bench.Tests.Peers;

public sealed class PeerProcessTests
{
    [Test]
    public void Without_its_program_there_is_no_peer() => Assert.That(PeerProcess.Start("PyTorch", ["no-such-program"], "script", threads: 1), Is.Null);

    [Test]
    public void A_program_that_greets_otherwise_is_no_peer() =>
        Assert.That(PeerProcess.Start("PyTorch", ["dotnet"], "no-such-script.dll", threads: 1), Is.Null);
}
