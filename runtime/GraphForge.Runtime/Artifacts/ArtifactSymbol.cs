namespace GraphForge.Runtime.Artifacts;

/// <summary>An extent that each binding decides, such as the batch size.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Minimum">Smallest extent the model allows.</param>
/// <param name="Maximum">Largest extent the model allows.</param>
public sealed record ArtifactSymbol(string Name, long Minimum, long Maximum);
