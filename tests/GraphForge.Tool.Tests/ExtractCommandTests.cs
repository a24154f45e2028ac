using System.Text;
using GraphForge.Runtime.Artifacts;
using GraphForge.Runtime.Tests.Artifacts;
using GraphForge.Serialization;
using GraphForge.Tool.Extraction;

namespace GraphForge.Tool.Tests;

public sealed class ExtractCommandTests
{
    private SampleArtifacts _samples = null!;

    [SetUp]
    public void Save() => _samples = new SampleArtifacts();

    [TearDown]
    public void Remove() => _samples.Dispose();

    [Test]
    public void Everything_people_read_is_written()
    {
        var output = ToolRun.Done("extract", _samples.Classifier, "-o", _samples.Of("out"));
        string[] files =
        [
            "out/graphs/infer.txt", "out/programs/infer/0/v128/kernels.cs", "out/programs/infer/0/v128/plan.txt", "out/programs/infer/1/v128/kernels.cs",
            "out/programs/infer/1/v128/plan.txt", "out/weights.safetensors",
        ];
        Assert.That(_samples.Files, Is.EqualTo(new[] { "classifier.gfm" }.Concat(files)));
        Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => "out/" + l.Split(' ')[^1]), Is.EquivalentTo(files));
        using var artifact = Artifact.Open(_samples.Classifier);
        Assert.That(File.ReadAllBytes(_samples.Of("out/programs/infer/0/v128/kernels.cs")), Is.EqualTo(artifact.Read("programs/infer/0/v128/kernels.cs")));
        Assert.That(File.ReadAllText(_samples.Of("out/graphs/infer.txt")), Does.StartWith("graph infer\n").And.Contain("output scores = "));
        Assert.That(File.ReadAllText(_samples.Of("out/programs/infer/1/v128/plan.txt")), Does.StartWith("plan infer\narena "));
        Assert.That(Safetensors.Load(_samples.Of("out/weights.safetensors")).Keys, Does.Contain("head.bias"));
    }

    [Test]
    public void Parts_and_entries_can_be_named()
    {
        ToolRun.Done("extract", _samples.Classifier, "-o", _samples.Of("out"), "--weights", "--entry", "programs/infer/0/v128/kernels.dll");
        Assert.That(_samples.Files, Is.EqualTo(new[] { "classifier.gfm", "out/programs/infer/0/v128/kernels.dll", "out/weights.safetensors" }));
        using var artifact = Artifact.Open(_samples.Classifier);
        Assert.That(File.ReadAllBytes(_samples.Of("out/weights.safetensors")), Is.EqualTo(artifact.Read(ArtifactManifest.Weights)));
        Assert.That(ToolRun.Refused("extract", _samples.Classifier, "-o", _samples.Of("out"), "--entry", "manifest.json"),
            Is.EqualTo($"{_samples.Classifier}: error GF0505: there is no entry 'manifest.json'."));
    }

    [Test]
    public void Files_are_replaced_if_that_is_asked_for()
    {
        var existing = _samples.With("weights.safetensors", "mine");
        var folder = Path.GetDirectoryName(existing)!;
        Assert.That(ToolRun.Refused("extract", _samples.Classifier, "-o", folder, "--weights"), Is.EqualTo($"{existing}: there is such a file; --force replaces it."));
        Assert.That(File.ReadAllText(existing), Is.EqualTo("mine"));
        ToolRun.Done("extract", _samples.Classifier, "-o", folder, "--weights", "--force");
        Assert.That(new FileInfo(existing).Length, Is.GreaterThan(100));
    }

    /// <summary>The damaged entry is the last one; those before it do not stay.</summary>
    [Test]
    public void All_files_are_written_or_none()
    {
        var good = TestArtifact.ManifestOf(TestArtifact.Inference);
        var path = _samples.With("damaged.gfm", TestArtifact.WithManifest(
            TestArtifact.With(TestArtifact.Inference, "programs/infer/0/v512/kernels.cs", text => [.. text[..^1], (byte)'!']), good));
        Assert.That(ToolRun.Refused("extract", path, "-o", _samples.Of("out")), Is.EqualTo(
            $"{path}: error GF0501: the hash of 'programs/infer/0/v512/kernels.cs' is not the one in the manifest; the file is damaged or was changed."));
        Assert.That(_samples.Files, Is.EqualTo(new[] { "classifier.gfm", "damaged.gfm" }));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Links take a privilege there.")]
    public void Nothing_is_written_through_links()
    {
        Directory.CreateDirectory(_samples.Of("out"));
        Directory.CreateDirectory(_samples.Of("elsewhere"));
        Directory.CreateSymbolicLink(_samples.Of("out/programs"), _samples.Of("elsewhere"));
        Assert.That(ToolRun.Refused("extract", _samples.Classifier, "-o", _samples.Of("out"), "--source"),
            Is.EqualTo($"{_samples.Of("out/programs")}: this is a link, and nothing is written through links."));
        File.CreateSymbolicLink(_samples.Of("out/weights.safetensors"), _samples.Of("elsewhere/target"));
        Assert.That(ToolRun.Refused("extract", _samples.Classifier, "-o", _samples.Of("out"), "--weights", "--force"),
            Is.EqualTo($"{_samples.Of("out/weights.safetensors")}: this is a link, and nothing is written through links."));
        Assert.That(Directory.EnumerateFileSystemEntries(_samples.Of("elsewhere")), Is.Empty);
    }

    [TestCase("../up.txt")]
    [TestCase("a/../../up.txt")]
    [TestCase("/up.txt")]
    public void Names_do_not_lead_outside(string name)
    {
        using var folder = new TargetFolder(_samples.Of("out"), replaces: true);
        Assert.That(Assert.Throws<CommandException>(() => folder.Write(name, stream => stream.Write("text"u8)))!.Message, Is.EqualTo($"'{name}' is outside of {_samples.Of("out")}."));
        Assert.That(_samples.Files, Is.EqualTo(new[] { "classifier.gfm" }));
    }

    /// <summary>Of a file that fails half way, nothing stays.</summary>
    [Test]
    public void No_file_is_half_written()
    {
        using (var folder = new TargetFolder(_samples.Of("out"), replaces: false))
        {
            folder.Write("whole.txt", stream => stream.Write("text"u8));
            Assert.That(() => folder.Write("half.txt", stream =>
            {
                stream.Write(Encoding.UTF8.GetBytes("ha"));
                throw new IOException("the disk is full");
            }), Throws.TypeOf<IOException>());
        }
        Assert.That(_samples.Files, Is.EqualTo(new[] { "classifier.gfm" }));
    }
}
