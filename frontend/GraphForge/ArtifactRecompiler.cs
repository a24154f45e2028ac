using System.Runtime.CompilerServices;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Execution;
using GraphForge.Jit;
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
/// <param name="options">
/// Null for <see cref="CompileOptions.Default"/>; the threads are those of <see cref="ArtifactOptions"/>. Artifacts run on the processor, whatever the device.
/// </param>
public sealed class ArtifactRecompiler(CompileOptions? options = null) : ArtifactCompiler
{
    private readonly CompileOptions _options = (options ?? CompileOptions.Default) with { Device = null };
    private readonly ConditionalWeakTable<ArtifactFunction, LoadedFunction> _functions = [];

    /// <inheritdoc/>
    /// <exception cref="GraphException">The plan exceeds the budget, or an op does not work at these extents.</exception>
    public override ReplacedProgram Compile(Artifact artifact, ArtifactFunction function, IReadOnlyDictionary<string, long> extents, int threads)
    {
        var loaded = _functions.GetValue(function, f => LoadedFunction.Of(artifact, f));
        var binding = loaded.Inputs.Binding([.. loaded.Inputs.Symbols.Select(s => extents[s.Name])]);
        var options = _options with { Threads = threads, MemoryBudget = _options.MemoryBudget ?? DefaultBudget.Of(loaded.Graph) };
        var program = CompiledBackend.Program(loaded.Graph, binding, loaded.States, options).Program;
        return new ReplacedProgram(program, CpuTarget.Host.VectorBytes * 8, [.. loaded.Function.Checks(binding)]);
    }

    /// <summary>
    /// Writes an artifact compiled anew: for other extents, another memory budget or other processors. Graphs, names and the present
    /// values of states stay; it is not signed. Same artifact, same bytes; those of its own may differ in where nodes say they come from.
    /// </summary>
    /// <param name="artifact">Of which data alone is used.</param>
    /// <param name="path">The file; an existing one is replaced once the new one is on disk. Not the one that is open.</param>
    /// <param name="save">What is wanted; null for <see cref="SaveOptions.Of"/> the artifact.</param>
    /// <param name="progress">Told of every program before it is compiled, on this thread.</param>
    /// <param name="cancellation">Ends the work; nothing is left of it.</param>
    /// <exception cref="GraphException">A binding or the memory budget does not fit.</exception>
    /// <exception cref="ArtifactException">The artifact's data is malformed.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Save(Artifact artifact, string path, SaveOptions? save = null, IProgress<SaveProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        var manifest = artifact.Manifest;
        save ??= SaveOptions.Of(manifest);
        var functions = manifest.Functions.Select(f => LoadedFunction.Of(artifact, f)).ToArray();
        var slots = manifest.Functions.Zip(functions).SelectMany(f => f.First.States.Zip(f.Second.Graph.States)).ToLookup(s => s.First, s => s.Second);
        var states = manifest.States.Select((state, i) => new SavedState(state, [.. slots[i]], artifact.States[i]));
        var builder = new ArtifactBuilder([.. states], save, _options, cancellation) { Progress = progress };
        foreach (var function in functions)
            builder.Add(function.Function, SavedBindings.Of(save, function.Inputs, batch: 1));
        builder.Write(path, manifest.Kind, [.. manifest.Symbols.Select(s => new DimSymbol(s.Name, s.Minimum, s.Maximum))]);
    }
}
