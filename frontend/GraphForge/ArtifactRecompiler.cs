using System.Runtime.CompilerServices;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Execution;
using GraphForge.Runtime.Artifacts;
using GraphForge.Saving;

namespace GraphForge;

/// <summary>
/// Compiles the graphs of artifacts anew where their own code is not trusted, not for this processor, or not for the extents
/// that are asked for. Of the file only data is used then.
/// </summary>
/// <example><code>
/// using var artifact = Artifact.Open("training.gfm", new ArtifactOptions { Compiler = new ArtifactRecompiler() });
/// var step = artifact.Load("train", ("batch", 17));
/// </code></example>
/// <param name="options">Null for <see cref="CompileOptions.Default"/>; the threads are those of <see cref="ArtifactOptions"/>.</param>
public sealed class ArtifactRecompiler(CompileOptions? options = null) : ArtifactCompiler
{
    private readonly CompileOptions _options = options ?? CompileOptions.Default;
    private readonly ConditionalWeakTable<ArtifactFunction, LoadedFunction> _functions = [];

    /// <inheritdoc/>
    /// <exception cref="GraphException">The plan exceeds the budget, or an op does not work at these extents.</exception>
    public override ReplacedProgram Compile(Artifact artifact, ArtifactFunction function, IReadOnlyDictionary<string, long> extents, int threads)
    {
        var loaded = _functions.GetValue(function, f => LoadedFunction.Of(artifact, f));
        var binding = loaded.Inputs.Binding([.. loaded.Inputs.Symbols.Select(s => extents[s.Name])]);
        var program = CompiledBackend.Program(loaded.Graph, binding, loaded.States, _options with { Threads = threads }).Program;
        var checks = loaded.Ranges.Select(range => new BoundRange(range, loaded.Inputs.Specs[loaded.Inputs.IndexOf(range.Elements.Input)].Shape, binding).Rule);
        return new ReplacedProgram(program, CpuTarget.Host.VectorBytes * 8, [.. checks]);
    }
}
