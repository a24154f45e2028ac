using GraphForge.Compiler.Graph;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Tool.Values;

/// <summary>A function that is ready to run, and what it is given.</summary>
/// <param name="Artifact">Disposed with this.</param>
/// <param name="Program">The function.</param>
/// <param name="Extents">The extents of its symbols.</param>
/// <param name="Inputs">Values of all inputs.</param>
internal sealed record PreparedRun(
    Artifact Artifact, ArtifactProgram Program, (string Symbol, long Extent)[] Extents, IReadOnlyDictionary<string, Literal> Inputs) : IDisposable
{
    /// <summary>Whether its kernels come from the artifact's graph and not from its code.</summary>
    public required bool IsCompiledHere { get; init; }

    /// <summary>For example <c>infer for batch = 8, kernels compiled here for 512-bit vectors</c>.</summary>
    public string Description =>
        $"{BoundExtents.Describe(Program.Function.Name, Extents)}, {(IsCompiledHere ? "kernels compiled here" : "the artifact's kernels")} for {Program.VectorBits}-bit vectors";

    public void SetInputs(ArtifactRun run)
    {
        foreach (var (name, values) in Inputs) run.Set(name, values);
    }

    public void Dispose() => Artifact.Dispose();
}
