namespace GraphForge;

/// <summary>A program of an artifact that is about to be compiled.</summary>
/// <param name="Function">Such as <c>infer</c> or <c>train</c>.</param>
/// <param name="Extents">The extents it is compiled for.</param>
/// <param name="VectorBits">The vector registers it is compiled for, in bits; 0 for a device.</param>
public sealed record SaveProgress(string Function, IReadOnlyDictionary<string, long> Extents, int VectorBits)
{
    /// <summary>The kind of device it is compiled for; null for processors.</summary>
    public string? Device { get; init; }
}
