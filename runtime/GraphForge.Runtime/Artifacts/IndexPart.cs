namespace GraphForge.Runtime.Artifacts;

/// <summary>The part of an input that is read as indices; a number for each axis.</summary>
/// <param name="Starts">First position.</param>
/// <param name="Lengths">Number of positions.</param>
/// <param name="Steps">Distance between them.</param>
public sealed record IndexPart(IReadOnlyList<long> Starts, IReadOnlyList<long> Lengths, IReadOnlyList<long> Steps);
