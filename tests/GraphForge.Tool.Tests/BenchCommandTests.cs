using System.Text.Json;
using GraphForge.Tool.Measurement;

namespace GraphForge.Tool.Tests;

public sealed class BenchCommandTests
{
    private static readonly string[] Short = ["--seconds", "0", "--warm-up", "0", "--bind", "batch=4", "--threads", "1"];

    private SampleArtifacts _samples = null!;

    [OneTimeSetUp]
    public void Save() => _samples = new SampleArtifacts();

    [OneTimeTearDown]
    public void Remove() => _samples.Dispose();

    [Test]
    public void Figures_are_shown()
    {
        var run = ToolRun.Of(["bench", _samples.Classifier, .. Short, "--trust", "local"]);
        Assert.That(run.Error, Is.EqualTo("warming up, 0 s\nmeasuring, 0 s\n"));
        Assert.That(run.Output, Does.Match(
            @"^infer for batch = 4, the artifact's kernels for 128-bit vectors, 1 thread, 5 runs\n" +
            @"median \d+\.\d{3,4} ms, 90 % within \d+\.\d{3,4} ms, 99 % within \d+\.\d{3,4} ms\nfastest \d+\.\d{3,4} ms, slowest \d+\.\d{3,4} ms\n" +
            @"[\d.]+ runs a second, [\d.]+ GFLOP/s of 412 operations a run\n$"));
    }

    [Test]
    public void A_program_reads_them()
    {
        using var json = JsonDocument.Parse(ToolRun.Done(["bench", _samples.Classifier, .. Short, "--json", "--quiet"]));
        var root = json.RootElement;
        Assert.That((root.GetProperty("function").GetString(), root.GetProperty("kernels").GetString(), root.GetProperty("runs").GetInt32(), root.GetProperty("threads").GetInt32()),
            Is.EqualTo(("infer", "compiled", 5, 1)));
        var times = new[] { "fastestMilliseconds", "medianMilliseconds", "p90Milliseconds", "p99Milliseconds", "slowestMilliseconds" }.Select(n => root.GetProperty(n).GetDouble());
        Assert.That(times, Is.Ordered.And.All.Positive);
        Assert.That(root.GetProperty("runsPerSecond").GetDouble(), Is.EqualTo(1000 / root.GetProperty("medianMilliseconds").GetDouble()));
    }

    /// <summary>Steps that train do so in memory alone.</summary>
    [Test]
    public void Nothing_is_changed()
    {
        var training = _samples.Training();
        var before = File.ReadAllBytes(training);
        ToolRun.Done(["bench", training, .. Short, "--function", "train"]);
        Assert.That(File.ReadAllBytes(training), Is.EqualTo(before));
    }

    [TestCase(50, 3)]
    [TestCase(90, 5)]
    [TestCase(20, 1)]
    [TestCase(21, 2)]
    [TestCase(0, 1)]
    [TestCase(100, 5)]
    public void Percentiles_are_of_the_nearest_rank(double percent, double expected) =>
        Assert.That(new RunTimes([1, 2, 3, 4, 5]).Percentile(percent), Is.EqualTo(expected));

    [Test]
    public void A_measurement_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var run = ToolRun.Of(cancelled.Token, ["bench", _samples.Classifier, .. Short, "--quiet"]);
        Assert.That((run.Code, run.Output, run.Error), Is.EqualTo((ExitCode.Cancelled, "", "graphforge: cancelled; no file is half written.\n")));
    }
}
