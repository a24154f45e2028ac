using System.Runtime.Loader;
using System.Text.Json;
using System.Text.RegularExpressions;
using GraphForge.Layers;
using GraphForge.Runtime.Artifacts;
using GraphForge.Runtime.Tests.Artifacts;

namespace GraphForge.Tool.Tests;

public sealed partial class InspectCommandTests
{
    private SampleArtifacts _samples = null!;

    [OneTimeSetUp]
    public void Save() => _samples = new SampleArtifacts();

    [OneTimeTearDown]
    public void Remove() => _samples.Dispose();

    [Test]
    public void A_model_is_shown_on_a_page() => Assert.That(Sizes().Replace(ToolRun.Done("inspect", _samples.Classifier, "--all"), " N"), Is.EqualTo($"""
        {_samples.Classifier}: inference 'classifier', N
        format 1, for GraphForge.Runtime {ToolCommand.Version} and .NET 10.0 or newer
        not signed
        licence: MIT

        infer
          takes kind (int64[batch])
          takes position (float32[batch, 5])
          gives scores (float32[batch, 3])
          compiled for batch = 1: 103 float operations
            128-bit vectors: {Kernels(0).Length} kernels, {Kernels(0).Length} steps; arena N, N a thread, constants N
              {string.Join("\n      ", Kernels(0))}
          compiled for batch = 4: 412 float operations
            128-bit vectors: {Kernels(1).Length} kernels, {Kernels(1).Length} steps; arena N, N a thread, constants N
              {string.Join("\n      ", Kernels(1))}

        parts, unpacked
         N  source of kernels
         N  kernels
         N  plans
         N  graphs
         N  weights
          5 states:
            kind.weight (float32[6, 4])
            position.bias (float32[4])
            position.weight (float32[4, 5])
            head.weight (float32[3, 8])
            head.bias (float32[3])

        """.ReplaceLineEndings("\n")));

    [Test]
    public void A_program_reads_it_too()
    {
        using var json = JsonDocument.Parse(ToolRun.Done("inspect", TestArtifact.PathOf(1, "training.gfm"), "--json"));
        var root = json.RootElement;
        Assert.That((root.GetProperty("kind").GetString(), root.GetProperty("name").GetString(), root.GetProperty("format").GetInt32()), Is.EqualTo(("training", "line", 1)));
        Assert.That(root.GetProperty("signature").GetProperty("state").GetString(), Is.EqualTo("none"));
        var train = root.GetProperty("functions")[0];
        Assert.That(train.GetProperty("writesStates").GetBoolean(), Is.True);
        Assert.That(train.GetProperty("inputs")[0].GetRawText().Replace(" ", "").ReplaceLineEndings(""), Is.EqualTo("""{"name":"samples","dType":"float32","dims":["batch","3"]}"""));
        var program = train.GetProperty("programs")[0];
        Assert.That(program.GetProperty("extents").GetProperty("batch").GetInt64(), Is.EqualTo(4));
        Assert.That(program.GetProperty("floatOperations").GetDouble(), Is.Positive);
        var variant = program.GetProperty("variants")[0];
        Assert.That(variant.GetProperty("kernels").GetArrayLength(), Is.Positive);
        Assert.That(variant.GetProperty("memory").GetProperty("arena").GetInt64(), Is.Positive);
        Assert.That(root.GetProperty("parts").EnumerateArray().Sum(p => p.GetProperty("bytes").GetInt64()), Is.GreaterThan(root.GetProperty("bytes").GetInt64()));
    }

    /// <summary>Kernels that are no code at all do not disturb: nobody looks at them.</summary>
    [Test]
    public void Nothing_is_loaded()
    {
        var path = _samples.With("nocode.gfm", TestArtifact.With(TestArtifact.Inference, TestArtifact.Code, _ => "no code"u8.ToArray()));
        Assert.That(ToolRun.Done("inspect", path), Does.Contain("infer\n  takes kind (int64[batch])\n"));
        using var artifact = Artifact.Open(path);
        var hash = artifact.Manifest.Entries.Single(e => e.Name == TestArtifact.Code).Sha256;
        Assert.That(AssemblyLoadContext.All.Select(c => c.Name), Has.None.EqualTo($"GraphForge.Kernels.{hash[..16]}"));
    }

    private static IEnumerable<TestCaseData> Hostile()
    {
        yield return Case("plan", TestArtifact.With(TestArtifact.Inference, TestArtifact.Plan, bytes => bytes[..^1]),
            "'programs/infer/0/v128/plan.bin' is no plan that can run: Unable to read beyond the end of the stream.");
        yield return Case("graph", TestArtifact.With(TestArtifact.Inference, "graphs/infer.graph", bytes => bytes[..^1]), "'graphs/infer.graph' is no graph that can be compiled: ");
        yield return Case("hash", Changed(TestArtifact.Inference), "the hash of 'weights.safetensors' is not the one in the manifest; the file is damaged or was changed.");
        yield return Case("names", TestArtifact.WithManifest(TestArtifact.Inference, m => m.Replace("\"name\": \"kind\"", "\"name\": \"kind\\u001b[2J\"", StringComparison.Ordinal)),
            "manifest.json is malformed: 'infer' has no input 'kind' to be checked.");

        static TestCaseData Case(string name, byte[] artifact, string problem) => new TestCaseData(artifact, problem).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Hostile))]
    public void A_hostile_file_is_refused(byte[] artifact, string problem)
    {
        var path = _samples.With("hostile.gfm", artifact);
        Assert.That(ToolRun.Refused("inspect", path), Does.Match("error GF0501: " + Regex.Escape(problem)));
    }

    /// <summary>Bytes of graph and plan changed at random, all hashes made to hold: shown or refused, and never a defect.</summary>
    [Test]
    public void Random_damage_is_shown_or_refused()
    {
        var random = new Random(5);
        string[] entries = ["graphs/infer.graph", TestArtifact.Plan];
        var codes = new HashSet<ExitCode>();
        for (var i = 0; i < 400; i++)
        {
            var artifact = TestArtifact.With(TestArtifact.Inference, entries[i % 2], bytes =>
            {
                var changed = bytes.ToArray();
                for (var flips = random.Next(1, 4); flips > 0; flips--) changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
                return changed;
            });
            var run = ToolRun.Of("inspect", _samples.With("random.gfm", artifact), "--json");
            Assert.That(run.Code, Is.EqualTo(ExitCode.Done).Or.EqualTo(ExitCode.BadInput), $"{i}: {run.Error}");
            codes.Add(run.Code);
        }
        Assert.That(codes, Has.Count.EqualTo(2));
    }

    [Test]
    public void Notes_do_not_command_the_terminal()
    {
        var path = _samples.Line("red.gfm", new Tanh(), new SaveOptions { VectorBits = [128], Name = "\u001b]0;owned\u0007", Metadata = new Dictionary<string, string> { ["a\u009b"] = "\u001b[2J" } });
        Assert.That(ToolRun.Done("inspect", path), Does.Contain("inference '\uFFFD]0;owned\uFFFD'").And.Contain("\na\uFFFD: \uFFFD[2J\n"));
        Assert.That(ToolRun.Done("inspect", path, "--json").Where(char.IsControl).Distinct(), Is.EquivalentTo(new[] { '\n' }));
    }

    /// <summary>A bit of the last weight flipped, and the zip file's checksums with it; the manifest's hash stays.</summary>
    private static byte[] Changed(byte[] artifact)
    {
        var manifest = TestArtifact.ManifestOf(artifact);
        return TestArtifact.WithManifest(TestArtifact.With(artifact, ArtifactManifest.Weights, bytes => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]), manifest);
    }

    private string[] Kernels(int program)
    {
        using var artifact = Artifact.Open(_samples.Classifier);
        var function = artifact.Manifest.Functions[0];
        return [.. artifact.Plan(function, function.Bindings[program], function.Bindings[program].Variants[0]).KernelNames];
    }

    [GeneratedRegex(@" *\d+(\.\d+)? (B|KiB|MiB)\b")]
    private static partial Regex Sizes();
}
