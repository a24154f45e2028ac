namespace GraphForge.Runtime.Artifacts;

/// <summary>What an artifact says of itself in its first entry, <c>manifest.json</c>.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Name">The model's name.</param>
/// <param name="Metadata">Whatever who made it noted.</param>
/// <param name="Symbols">Extents that bindings decide.</param>
/// <param name="States">Stored tensors; their values are the entry <see cref="Weights"/>.</param>
/// <param name="Functions">What it computes.</param>
/// <param name="Entries">Every file in it besides the manifest and its signature.</param>
public sealed record ArtifactManifest(
    ArtifactKind Kind, string Name, IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<ArtifactSymbol> Symbols,
    IReadOnlyList<ArtifactState> States, IReadOnlyList<ArtifactFunction> Functions, IReadOnlyList<ArtifactEntry> Entries)
{
    /// <summary>The newest format this runtime writes; it reads every released one from <see cref="OldestFormat"/> on.</summary>
    public const int CurrentFormat = 2;

    /// <summary>The oldest format this runtime reads.</summary>
    public const int OldestFormat = 1;

    /// <summary>Name of the entry with the values of the states, a safetensors file.</summary>
    public const string Weights = "weights.safetensors";

    internal const string FileName = "manifest.json";
    internal const string SignatureName = "signature.json";

    /// <summary>The format the artifact has: the oldest in which what it holds can be said. Programs for devices came with format 2.</summary>
    public int Format { get; init; } = Functions.Any(f => f.Bindings.Any(b => b.DeviceVariants.Count > 0)) ? 2 : 1;

    /// <summary>The oldest runtime that can run it.</summary>
    public Version MinimumRuntime { get; init; } = RuntimeVersion;

    /// <summary>The oldest .NET that can run it: the one whose core library the kernels were compiled against.</summary>
    public Version Framework { get; init; } = FrameworkVersion;

    internal static Version RuntimeVersion { get; } = typeof(ArtifactManifest).Assembly.GetName().Version is { } v ? new(v.Major, v.Minor, v.Build) : new(0, 0);

    internal static Version FrameworkVersion { get; } = new(Environment.Version.Major, 0);
}
