using System.Text.Json;
using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Runtime;
using GraphForge.Runtime.Artifacts;
using GraphForge.Runtime.Tests.Artifacts;
using GraphForge.Tool.Verification;

namespace GraphForge.Tool.Tests;

public sealed class VerifyCommandTests
{
    private SampleArtifacts _samples = null!;

    [OneTimeSetUp]
    public void Save() => _samples = new SampleArtifacts();

    [OneTimeTearDown]
    public void Remove() => _samples.Dispose();

    [Test]
    public void Kernels_that_compute_the_graph_agree()
    {
        var run = ToolRun.Of("verify", _samples.Classifier, "--trust", "local");
        Assert.That(run.Code, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Output, Does.Match($"""
            ^{System.Text.RegularExpressions.Regex.Escape(_samples.Classifier)}: every entry has the hash that the manifest says
            infer for batch = 1, the artifact's kernels for 128-bit vectors: 3 values agree with the reference; largest relative difference \d(\.\d)?e[-+]\d+
            infer for batch = 4, the artifact's kernels for 128-bit vectors: 12 values agree with the reference; largest relative difference \d(\.\d)?e[-+]\d+
            $
            """.ReplaceLineEndings("\n")));
        Assert.That(run.Error, Does.StartWith("checking hashes\nevaluating infer for batch = 1 by the reference\nrunning infer for batch = 1, the artifact's kernels for 128-bit vectors\n"));
    }

    /// <summary>New states are compared with outputs, and those of the file stay.</summary>
    [Test]
    public void A_training_step_is_checked_with_its_states()
    {
        var training = _samples.Training();
        var before = File.ReadAllBytes(training);
        using var json = JsonDocument.Parse(ToolRun.Done("verify", training, "--json", "-b", "batch=3", "-b", "batch=4"));
        Assert.That(json.RootElement.GetProperty("holds").GetBoolean(), Is.True);
        var checks = json.RootElement.GetProperty("checks").EnumerateArray().Select(c => (c.GetProperty("function").GetString(), c.GetProperty("extents").GetProperty("batch").GetInt32(),
            c.GetProperty("kernels").GetString(), c.GetProperty("elements").GetInt32() > 10)).ToArray();
        Assert.That(checks, Is.EqualTo(new[] { ("train", 3, "compiled", true), ("train", 4, "compiled", true), ("evaluate", 3, "compiled", false), ("evaluate", 4, "compiled", false) }));
        Assert.That(File.ReadAllBytes(training), Is.EqualTo(before));
    }

    /// <summary>Kernels of one model with the graph of another: all hashes hold, and the results are wrong.</summary>
    [Test]
    public void Kernels_that_compute_something_else_do_not()
    {
        using var sigmoid = Artifact.Open(_samples.Line("sigmoid.gfm", new Sigmoid()));
        var path = _samples.With("wrong.gfm", TestArtifact.With(File.ReadAllBytes(_samples.Line("tanh.gfm", new Tanh())), "graphs/infer.graph", _ => sigmoid.Read("graphs/infer.graph")));
        var input = _samples.With("input.json", """{"input": [[0, 0, 0], [1, 2, 3]]}""");
        var run = ToolRun.Of("verify", path, "-i", input, "--trust", "local", "--quiet");
        Assert.That(run.Code, Is.EqualTo(ExitCode.CheckFailed));
        Assert.That(run.Output, Does.Match(
            @"infer for batch = 2, the artifact's kernels for 128-bit vectors: DIFFERS from the reference\n" +
            @"  output 'output' \(float32\[2, 2\]\): 4 of 4 elements differ, the first at \[0, 0\]: kernels -?0\.\d+, reference 0\.\d+; largest relative difference [\d.]+e\+0, allowed 1e-4\n$"));
        Assert.That(run.Error, Is.Empty);
        // Compiled here, its kernels compute what its graph says.
        Assert.That(ToolRun.Done("verify", path, "-i", input), Does.Contain("4 values agree"));
    }

    [Test]
    public void The_tolerance_can_be_chosen()
    {
        var run = ToolRun.Of("verify", _samples.Classifier, "--bind", "batch=64", "--tolerance", "0", "--json", "--quiet");
        using var json = JsonDocument.Parse(run.Output);
        var check = json.RootElement.GetProperty("checks")[0];
        Assert.That((run.Code, json.RootElement.GetProperty("holds").GetBoolean()), Is.EqualTo((ExitCode.CheckFailed, false)));
        Assert.That(check.GetProperty("largestDifference").GetDouble(), Is.InRange(1e-9, 1e-5));
        Assert.That(check.GetProperty("problems")[0].GetString(), Does.StartWith("output 'scores' (float32[64, 3]): ").And.EndWith(", allowed 0e+0"));
    }

    [Test]
    public void Damage_anywhere_is_found()
    {
        var bytes = TestArtifact.With(TestArtifact.Inference, "programs/infer/0/v512/kernels.cs", text => [.. text, (byte)' ']);
        var path = _samples.With("damaged.gfm", TestArtifact.WithManifest(bytes, Damaged(TestArtifact.ManifestOf(bytes))));
        Assert.That(ToolRun.Refused("verify", path), Is.EqualTo(
            $"{path}: error GF0501: the hash of 'programs/infer/0/v512/kernels.cs' is not the one in the manifest; the file is damaged or was changed."));
    }

    [TestCase(1.0, 1.0 + 5e-5, true)]
    [TestCase(1.0, 1.0 + 5e-4, false)]
    [TestCase(double.NaN, double.NaN, true)]
    [TestCase(double.NaN, 1.0, false)]
    [TestCase(1.0, double.NaN, false)]
    [TestCase(double.PositiveInfinity, double.PositiveInfinity, true)]
    [TestCase(double.PositiveInfinity, double.NegativeInfinity, false)]
    [TestCase(0.0, -0.0, true)]
    [TestCase(1e-7, 2e-7, true, Description = "noise among larger values")]
    public void Floats_may_lie_apart(double expected, double actual, bool holds)
    {
        var comparison = new Tolerance(null).Compare("x", Literal.Of<float>([(float)expected, 3], 2), Literal.Of<float>([(float)actual, 3], 2));
        Assert.That((comparison.Holds, comparison.Wrong, comparison.First), Is.EqualTo((holds, holds ? 0 : 1, holds ? -1 : 0)));
    }

    [Test]
    public void Integers_may_not()
    {
        var comparison = new Tolerance(0.5).Compare("output 'class'", Literal.Of<long>([1, 2, 3, 4, 5, 6], 2, 3), Literal.Of<long>([1, 2, 3, 4, 5, 7], 2, 3));
        Assert.That(comparison.Problem, Is.EqualTo("output 'class' (int64[2, 3]): 1 of 6 elements differ, the first at [1, 2]: kernels 7, reference 6; largest relative difference Infinity, allowed 0e+0"));
    }

    [Test]
    public void Each_type_has_a_tolerance() =>
        Assert.That(Enum.GetValues<DType>().Select(new Tolerance(null).Of), Is.EqualTo(new[] { 0, 0, 0, 0, 1e-2, 4e-2, 1e-4, 1e-9 }));

    /// <summary>One digit of one hash changed.</summary>
    private static byte[] Damaged(byte[] manifest)
    {
        var text = System.Text.Encoding.UTF8.GetString(manifest);
        var entry = text.LastIndexOf("\"programs/infer/0/v512/kernels.cs\"", StringComparison.Ordinal);
        var hash = text.IndexOf("\"sha256\": \"", entry, StringComparison.Ordinal) + "\"sha256\": \"".Length;
        return System.Text.Encoding.UTF8.GetBytes(text[..hash] + (text[hash] == '0' ? '1' : '0') + text[(hash + 1)..]);
    }
}
