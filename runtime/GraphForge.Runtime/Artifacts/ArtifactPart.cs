namespace GraphForge.Runtime.Artifacts;

/// <summary>An entry to be written.</summary>
/// <param name="Name">Path with slashes.</param>
/// <param name="Content">What is in it.</param>
/// <param name="Compress">Whether it is compressed; if not, it starts on 64 bytes and can be mapped.</param>
internal sealed record ArtifactPart(string Name, ArtifactContent Content, bool Compress = false)
{
    public ArtifactEntry Entry => new(Name, Content.Length, Content.Sha256);
}
