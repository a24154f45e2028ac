namespace GraphForge.Runtime.Artifacts;

/// <summary>A file within an artifact.</summary>
/// <param name="Name">Path with slashes.</param>
/// <param name="Length">Bytes of its content.</param>
/// <param name="Sha256">Hash of its content, lower-case hexadecimal.</param>
public sealed record ArtifactEntry(string Name, long Length, string Sha256);
