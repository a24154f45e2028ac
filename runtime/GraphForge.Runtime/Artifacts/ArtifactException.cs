namespace GraphForge.Runtime.Artifacts;

/// <summary>An artifact cannot be read, written or run. The message names the file, what is wrong, and the remedy if there is one.</summary>
/// <param name="code">Stable code, <c>GFnnnn</c>.</param>
/// <param name="artifact">The file, or what else the artifact came from.</param>
/// <param name="problem">What is wrong.</param>
/// <param name="cause">The error that revealed it, if any.</param>
public sealed class ArtifactException(ArtifactError code, string artifact, string problem, Exception? cause = null)
    : IOException($"{artifact}: error GF{(int)code:0000}: {problem}", cause)
{
    /// <summary>Stable code.</summary>
    public ArtifactError Code { get; } = code;

    /// <summary>What is wrong, without the file.</summary>
    public string Problem { get; } = problem;
}
