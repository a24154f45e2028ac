using GraphForge.Runtime.Artifacts;

namespace GraphForge.Tool.Options;

/// <summary>Which function of an artifact is meant.</summary>
internal static class FunctionChoice
{
    /// <summary>The one that is named, or the only one.</summary>
    /// <exception cref="CommandException">There is no such function, or several and none is named.</exception>
    public static ArtifactFunction One(ArtifactManifest manifest, string? name) => (name, manifest.Functions) switch
    {
        (null, [var only]) => only,
        (null, _) => throw new CommandException($"the artifact has the functions {Names(manifest)}; name one with --function."),
        _ => manifest.Functions.FirstOrDefault(f => f.Name == name) ?? throw new CommandException($"there is no function '{name}'; there are {Names(manifest)}."),
    };

    /// <summary>The one that is named, or all.</summary>
    /// <exception cref="CommandException">There is no such function.</exception>
    public static IReadOnlyList<ArtifactFunction> All(ArtifactManifest manifest, string? name) => name is null ? manifest.Functions : [One(manifest, name)];

    private static string Names(ArtifactManifest manifest) => string.Join(", ", manifest.Functions.Select(f => $"'{f.Name}'").DefaultIfEmpty("none"));
}
