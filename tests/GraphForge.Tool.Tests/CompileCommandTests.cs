using GraphForge.Layers;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tests;

namespace GraphForge.Tool.Tests;

public sealed class CompileCommandTests
{
    private SampleArtifacts _samples = null!;

    [SetUp]
    public void Save() => _samples = new SampleArtifacts();

    [TearDown]
    public void Remove() => _samples.Dispose();

    /// <summary>Weights, plans, names and notes survive to the byte; once compiled again, an artifact is compiled to itself.</summary>
    [Test]
    public void Nothing_is_lost()
    {
        foreach (var path in new[] { _samples.Classifier, _samples.Training() })
        {
            using (var before = Artifact.Open(path))
            {
                var run = ToolRun.Of("compile", path, "-o", _samples.Of("again.gfm"), "--threads", "2");
                Assert.That(run.Code, Is.EqualTo(ExitCode.Done), run.Error);
                using var after = Artifact.Open(_samples.Of("again.gfm"));
                Assert.That(after.Manifest.Entries.Select(e => e.Name), Is.EqualTo(before.Manifest.Entries.Select(e => e.Name)));
                foreach (var entry in before.Manifest.Entries.Select(e => e.Name).Where(n => n.EndsWith("plan.bin", StringComparison.Ordinal) || n == ArtifactManifest.Weights))
                    Assert.That(after.Read(entry), Is.EqualTo(before.Read(entry)), entry);
                Assert.That(ToolRun.Done("inspect", _samples.Of("again.gfm"), "--all").Split("\nparts")[0].Split('\n')[1..], Is.EqualTo(ToolRun.Done("inspect", path, "--all").Split("\nparts")[0].Split('\n')[1..]));
            }
            ToolRun.Done("compile", _samples.Of("again.gfm"), "-o", path, "--threads", "2");
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(File.ReadAllBytes(_samples.Of("again.gfm"))));
            ToolRun.Done("compile", path, "--threads", "2");
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(File.ReadAllBytes(_samples.Of("again.gfm"))));
        }
        Assert.That(_samples.Files, Is.EqualTo(new[] { "again.gfm", "classifier.gfm", "training.gfm" }));
    }

    [Test]
    public void Other_extents_and_vectors_can_be_chosen()
    {
        var target = _samples.Of("server.gfm");
        var run = ToolRun.Of("compile", _samples.Classifier, "-o", target, "--bind", "batch=2", "--bind", "batch=8", "--vectors", "256,128");
        Assert.That(run.Error, Is.EqualTo("""
            compiling infer for batch = 2, 128-bit vectors
            compiling infer for batch = 2, 256-bit vectors
            compiling infer for batch = 8, 128-bit vectors
            compiling infer for batch = 8, 256-bit vectors

            """.ReplaceLineEndings("\n")));
        Assert.That(run.Output, Does.Match($@"^{System.Text.RegularExpressions.Regex.Escape(target)}: [\d.]+ KiB, compiled for batch = 2; batch = 8, for vectors of 128, 256 bits\n$"));
        using var before = Artifact.Open(_samples.Classifier);
        using var after = Artifact.Open(target);
        Assert.That(after.Manifest.Functions[0].Bindings.Select(b => $"{b}: {string.Join(", ", b.Variants.Select(v => v.VectorBits))}"),
            Is.EqualTo(new[] { "batch = 2: 128, 256", "batch = 8: 128, 256" }));
        Assert.That(after.Read(ArtifactManifest.Weights), Is.EqualTo(before.Read(ArtifactManifest.Weights)));
        Assert.That((after.Manifest.Name, after.Manifest.Metadata["licence"]), Is.EqualTo(("classifier", "MIT")));
        Assert.That(ToolRun.Done("verify", target, "--trust", "local"), Does.Contain("infer for batch = 8, the artifact's kernels for 128-bit vectors: 24 values agree"));
    }

    /// <summary>A step that computes values again, or runs the batch in slices, learns the same; its plan takes less.</summary>
    [Test]
    public void A_budget_makes_another_plan()
    {
        using var training = Training.Compile(new Sequential(new Linear(4, 32), new Tanh(), new Linear(32, 2)),
            Losses.CrossEntropy, new Optimizers.SGD(0.1), BatchSpec.Of(32, 4), TestOptions.WithSeed(1));
        training.Save(_samples.Of("wide.gfm"), new SaveOptions { VectorBits = [128] });
        var budget = training.Memory!.TotalBytes * 7 / 10;
        var run = ToolRun.Of("compile", _samples.Of("wide.gfm"), "-o", _samples.Of("narrow.gfm"), "--budget", $"{budget}", "--threads", "1");
        Assert.That(run.Code, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(Arena("narrow.gfm"), Is.LessThan(Arena("wide.gfm")));
    }

    [Test]
    public void A_budget_that_nothing_meets_is_refused()
    {
        Assert.That(ToolRun.Refused("compile", _samples.Training(), "-o", _samples.Of("none.gfm"), "--budget", "100", "--threads", "1"), Does.Match(
            @"error GF0204: the program needs [\d.]+ (KiB|B), [\d.]+ (KiB|B) more than the budget of 100 B .* the smallest budget that works is [\d,]+ bytes"));
        Assert.That(_samples.Files, Is.EqualTo(new[] { "classifier.gfm", "training.gfm" }));
    }

    [Test]
    public void A_signature_does_not_survive()
    {
        ToolRun.Done("sign", _samples.Classifier, "--new-key", _samples.Of("key.pem"));
        var run = ToolRun.Of("compile", _samples.Classifier, "--quiet");
        Assert.That(run.Error, Is.EqualTo($"note: {_samples.Classifier} is another artifact than the one that was signed, and not signed.\n"));
        Assert.That(ToolRun.Done("inspect", _samples.Classifier), Does.Contain("\nnot signed\n"));
    }

    [Test]
    public void A_cancelled_compilation_leaves_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var before = File.ReadAllBytes(_samples.Classifier);
        foreach (string[] target in new string[][] { [], ["-o", _samples.Of("new.gfm")] })
            Assert.That(ToolRun.Of(cancelled.Token, ["compile", _samples.Classifier, .. target]).Code, Is.EqualTo(ExitCode.Cancelled));
        Assert.That(_samples.Files, Is.EqualTo(new[] { "classifier.gfm" }));
        Assert.That(File.ReadAllBytes(_samples.Classifier), Is.EqualTo(before));
    }

    [TestCase("rows=1", "error GF0203: no input has an extent rows; there are 'batch'.")]
    [TestCase("batch=0", "error GF0203: the extent batch cannot be 0; it was declared to lie in 1..2147483647.")]
    public void Extents_must_be_those_of_the_model(string extents, string problem) =>
        Assert.That(ToolRun.Refused("compile", _samples.Classifier, "--bind", extents), Is.EqualTo(problem));

    [Test]
    public void A_folder_that_is_not_there_is_an_error() =>
        Assert.That(ToolRun.Refused("compile", _samples.Classifier, "-o", _samples.Of("none/new.gfm")), Does.StartWith("Could not find a part of the path '"));

    private long Arena(string name)
    {
        using var artifact = Artifact.Open(_samples.Of(name));
        var train = artifact.Manifest.Functions[0];
        return artifact.Plan(train, train.Bindings[0], train.Bindings[0].Variants[0]).ArenaBytes;
    }
}
