namespace GraphForge.Runtime.Artifacts;

/// <summary>A function compiled for one choice of extents.</summary>
/// <param name="Extents">The extent of each symbol.</param>
/// <param name="Checks">What inputs must hold where they are read as indices.</param>
/// <param name="Variants">The compiled program, for each width of vector registers.</param>
public sealed record ArtifactBinding(
    IReadOnlyDictionary<string, long> Extents, IReadOnlyList<IndexCheck> Checks, IReadOnlyList<KernelVariant> Variants)
{
    /// <summary>The same program for kinds of devices.</summary>
    public IReadOnlyList<DeviceVariant> DeviceVariants { get; init; } = [];

    /// <summary>Every form in which the program was compiled.</summary>
    internal IEnumerable<ProgramVariant> AllVariants => Variants.Concat<ProgramVariant>(DeviceVariants);

    /// <summary>For example <c>batch = 8</c>; empty where a function leaves no extent open.</summary>
    public override string ToString() =>
        string.Join(", ", Extents.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key} = {e.Value}"));
}
