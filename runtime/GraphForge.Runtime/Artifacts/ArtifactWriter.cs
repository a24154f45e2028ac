using GraphForge.Runtime.Serialization;

namespace GraphForge.Runtime.Artifacts;

/// <summary>Writes artifacts: the manifest first, its signature if there is one, then the entries. Same input, same bytes.</summary>
internal static class ArtifactWriter
{
    /// <summary>Writes a file whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced once the new one is on disk.</param>
    /// <param name="manifest">Without entries: those of <paramref name="parts"/> are noted in it.</param>
    /// <param name="parts">The entries, in their order.</param>
    /// <param name="cancellation">Ends the writing; nothing is left of it.</param>
    /// <exception cref="ArtifactException">The file would become too large.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Write(string path, ArtifactManifest manifest, IReadOnlyList<ArtifactPart> parts, CancellationToken cancellation)
    {
        var bytes = ManifestBytes(manifest, parts);
        using var file = new AtomicFile();
        file.Write(path, stream => Write(stream, bytes, signature: null, parts, cancellation));
        cancellation.ThrowIfCancellationRequested();
        file.Commit();
    }

    public static byte[] ManifestBytes(ArtifactManifest manifest, IReadOnlyList<ArtifactPart> parts)
    {
        manifest = manifest with { Entries = [.. parts.Select(p => p.Entry)] };
        ManifestChecks.Verify(manifest);
        return ManifestWriter.Write(manifest);
    }

    public static void Write(Stream stream, byte[] manifest, byte[]? signature, IReadOnlyList<ArtifactPart> parts, CancellationToken cancellation)
    {
        var zip = new ZipWriter(stream);
        zip.Add(ArtifactManifest.FileName, ArtifactContent.Of(manifest), compress: false);
        if (signature is not null) zip.Add(ArtifactManifest.SignatureName, ArtifactContent.Of(signature), compress: false);
        foreach (var part in parts)
        {
            cancellation.ThrowIfCancellationRequested();
            zip.Add(part.Name, part.Content, part.Compress);
        }
        zip.Complete();
    }

    /// <summary>The entry with the values of states, laid out so that they can be used where they are mapped.</summary>
    public static ArtifactPart Weights(IEnumerable<(ArtifactState State, StateBuffer Buffer)> states)
    {
        var tensors = states.Select(s => SafetensorsTensor.Of(s.State.Name, s.Buffer)).ToArray();
        return new ArtifactPart(ArtifactManifest.Weights,
            ArtifactContent.Of(stream => SafetensorsWriter.Write(stream, tensors, metadata: null, ExecutionPlan.Alignment)));
    }
}
