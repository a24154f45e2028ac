namespace GraphForge.Runtime.Artifacts;

/// <summary>
/// Makes programs of an artifact's data in place of the code it holds: <c>ArtifactRecompiler</c> of the package GraphForge compiles its
/// graph anew; a model that was compiled with the application has its kernels there.
/// </summary>
public abstract class ArtifactCompiler
{
    /// <summary>Makes a function ready to run.</summary>
    /// <param name="artifact">Whose function it is; the program works on its <see cref="Artifact.States"/>.</param>
    /// <param name="function">What to compute.</param>
    /// <param name="extents">The extent of each symbol of its inputs, within the symbol's bounds.</param>
    /// <param name="threads">Threads of a run.</param>
    /// <exception cref="ArtifactException">The artifact's data is malformed.</exception>
    public abstract ReplacedProgram Compile(Artifact artifact, ArtifactFunction function, IReadOnlyDictionary<string, long> extents, int threads);
}
