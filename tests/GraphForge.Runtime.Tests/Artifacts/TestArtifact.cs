using System.Text;
using GraphForge.Compiler.Tests;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Runtime.Tests.Artifacts;

/// <summary>The artifacts kept for these tests, and others made of them.</summary>
internal static class TestArtifact
{
    public const int Batch = 4;
    public const int Classes = 3;
    public const string Plan = "programs/infer/0/v128/plan.bin";
    public const string Code = "programs/infer/0/v128/kernels.dll";

    /// <summary>Kernels that every processor runs.</summary>
    public static ArtifactOptions Trusted { get; } = new() { Trust = Trust.LocalFile, Threads = 1, MaxVectorBits = 128 };

    public static byte[] Inference { get; } = File.ReadAllBytes(PathOf(ArtifactManifest.CurrentFormat, "inference.gfm"));

    public static byte[] Training { get; } = File.ReadAllBytes(PathOf(ArtifactManifest.CurrentFormat, "training.gfm"));

    public static string PathOf(int format, string name) =>
        RepositoryFolder.Of("tests", "GraphForge.Runtime.Tests", "Artifacts", "Released", $"format{format}-{name}");

    /// <summary>What the model of <see cref="Inference"/> gives for inputs that follow from their positions.</summary>
    public static float[] Scores(Artifact artifact)
    {
        using var run = artifact.Load("infer", ("batch", Batch)).Rent();
        run.Set<long>("kind", [.. Enumerable.Range(0, Batch).Select(i => (long)(i * i % 6))]);
        run.Set<float>("position", [.. Enumerable.Range(0, Batch * 5).Select(i => MathF.Sin(i))]);
        run.Run();
        var scores = new float[Batch * Classes];
        run.Get<float>("scores", scores);
        return scores;
    }

    /// <summary>An artifact with one entry changed, whose hashes hold.</summary>
    public static byte[] With(byte[] artifact, string entry, Func<byte[], byte[]> change, Func<ArtifactManifest, ArtifactManifest>? manifest = null)
    {
        using var file = ArtifactFile.Open(ArtifactMemory.Of(artifact, "artifact"));
        var parts = file.Parts().Select(p => p.Name == entry ? p with { Content = ArtifactContent.Of(change(file.Read(entry))) } : p).ToArray();
        return Written(ArtifactWriter.ManifestBytes(manifest?.Invoke(file.Manifest) ?? file.Manifest, parts), file.Signature, parts);
    }

    /// <summary>An artifact whose manifest is replaced by another text.</summary>
    public static byte[] WithManifest(byte[] artifact, Func<string, string> change)
    {
        var text = Encoding.UTF8.GetString(ManifestOf(artifact));
        var changed = change(text);
        Assert.That(changed, Is.Not.EqualTo(text));
        return WithManifest(artifact, Encoding.UTF8.GetBytes(changed));
    }

    /// <summary>An artifact whose manifest is replaced by other bytes.</summary>
    public static byte[] WithManifest(byte[] artifact, byte[] manifest)
    {
        using var file = ArtifactFile.Open(ArtifactMemory.Of(artifact, "artifact"));
        return Written(manifest, file.Signature, file.Parts());
    }

    /// <summary>The same artifact with a signature, or without one.</summary>
    public static byte[] WithSignature(byte[] artifact, byte[]? signature)
    {
        using var file = ArtifactFile.Open(ArtifactMemory.Of(artifact, "artifact"));
        return Written(file.ManifestBytes, signature, file.Parts());
    }

    public static byte[] ManifestOf(byte[] artifact)
    {
        using var file = ArtifactFile.Open(ArtifactMemory.Of(artifact, "artifact"));
        return file.ManifestBytes;
    }

    public static ArtifactException Error(Action action) => Assert.Throws<ArtifactException>(action)!;

    private static byte[] Written(byte[] manifest, byte[]? signature, IReadOnlyList<ArtifactPart> parts)
    {
        using var stream = new MemoryStream();
        ArtifactWriter.Write(stream, manifest, signature, parts, CancellationToken.None);
        return stream.ToArray();
    }
}
