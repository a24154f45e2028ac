using GraphForge.Runtime.Artifacts;
using GraphForge.Tool.Inspection;

namespace GraphForge.Tool.Tests;

public sealed class ReportTextTests
{
    [TestCase(0, "constants 0 B")]
    [TestCase(3 << 20, "constants 0 B, at the host 3 MiB")]
    public void A_program_of_a_device_says_what_waits_at_the_host(long host, string kept)
    {
        var device = new DeviceReport("cuda", new MemoryPlanReport(1 << 20, 0, 0, 0, host), 2, ["one", "two"]);
        var function = new FunctionReport("train", true, [], [], [new ProgramReport(new Dictionary<string, long> { ["batch"] = 4 }, 1000, [], [device])]);
        var report = new ArtifactReport("model.gfm", 1000, ArtifactKind.Training, "model", 2, "0.1.0", "10.0", new SignatureReport(SignatureState.None, null),
            new Dictionary<string, string>(), [function], [], [], []);
        Assert.That(ReportText.Of(report, withNames: false), Does.Contain($"    cuda device: 2 kernels, 2 steps; arena 1 MiB, {kept}\n"));
    }
}
