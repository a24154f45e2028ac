namespace GraphForge.Runtime.Artifacts;

/// <summary>How an artifact is loaded and run. The defaults load no code.</summary>
public sealed record ArtifactOptions
{
    /// <summary>Whose code is run; by default nobody's.</summary>
    public Trust Trust { get; init; } = Trust.None;

    /// <summary>Compiles anew where the artifact's code is not trusted, not for this processor or not for the extents; null to refuse then.</summary>
    public ArtifactCompiler? Compiler { get; init; }

    /// <summary>Threads of a run, the caller's included; at least 1. Results do not depend on it.</summary>
    public int Threads
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = Environment.ProcessorCount;

    /// <summary>The widest vector registers that are used, in bits: 128, 256 or 512. Sums of another width are made in another order.</summary>
    public int MaxVectorBits
    {
        get;
        init => field = value is 128 or 256 or 512 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Vector registers have 128, 256 or 512 bits.");
    } = 512;

    /// <summary>Most bytes that states and one run may take; null for what the machine has.</summary>
    public long? MemoryLimit { get; init; }
}
