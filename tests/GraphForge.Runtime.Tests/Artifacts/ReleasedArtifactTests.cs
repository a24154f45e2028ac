using System.Globalization;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Runtime.Tests.Artifacts;

/// <summary>Artifacts of every released format run, and give what they gave when they were made.</summary>
public sealed class ReleasedArtifactTests
{
    private const int Steps = 5;

    private static IEnumerable<int> Formats => Enumerable.Range(
        ArtifactManifest.OldestFormat, ArtifactManifest.CurrentFormat - ArtifactManifest.OldestFormat + 1);

    [TestCaseSource(nameof(Formats))]
    public void Inference_gives_what_it_gave(int format)
    {
        using var artifact = Artifact.Open(TestArtifact.PathOf(format, "inference.gfm"), TestArtifact.Trusted);
        Assert.That(TestArtifact.Scores(artifact), Is.EqualTo(Expected(format).Take(TestArtifact.Batch * TestArtifact.Classes)).Within(1e-5f));
        Assert.That((artifact.Manifest.Format, artifact.Manifest.Kind, artifact.Manifest.Name), Is.EqualTo((format, ArtifactKind.Inference, "classifier")));
        Assert.That(artifact.Manifest.Metadata["purpose"], Is.EqualTo("kept by the tests"));
        artifact.Verify();
    }

    [TestCaseSource(nameof(Formats))]
    public void Training_goes_the_way_it_went(int format)
    {
        using var artifact = Artifact.Open(TestArtifact.PathOf(format, "training.gfm"), TestArtifact.Trusted);
        using var run = artifact.Load("train").Rent();
        var loss = new float[1];
        foreach (var expected in Expected(format)[^Steps..])
        {
            run.Set<float>("samples", [.. Enumerable.Range(0, 3 * TestArtifact.Batch).Select(i => MathF.Sin(i))]);
            run.Set<long>("targets", [0, 1, 1, 0]);
            run.Run();
            run.Get<float>("loss", loss);
            Assert.That(loss[0], Is.EqualTo(expected).Within(1e-5f));
        }
        Assert.That(artifact.State("training.step").AsSpan<long>()[0], Is.EqualTo(Steps));
    }

    private static float[] Expected(int format) =>
        [.. File.ReadAllLines(TestArtifact.PathOf(format, "expected.txt")).Select(v => float.Parse(v, CultureInfo.InvariantCulture))];
}
