using GraphForge.Compiler.Graph;
using GraphForge.Execution;
using GraphForge.Runtime.Artifacts;
using GraphForge.Saving;
using GraphForge.Tracing;

namespace GraphForge;

/// <content>Saving as an artifact, and loading one.</content>
public sealed partial class CompiledModel
{
    /// <summary>How it is compiled.</summary>
    internal CompileOptions Options => _options;

    /// <summary>What it computes.</summary>
    internal SavedFunction Function => new(_graph.Graph, _inputs, _graph.Ranges);

    /// <summary>What it reads.</summary>
    internal IReadOnlyList<SavedState> SavedStates => [.. _graph.Graph.States.Select(slot => SavedState.Of([slot.Name], slot, _states[slot]))];

    /// <summary>
    /// Writes the model as one file, <c>.gfm</c>, with its graph, its weights and its kernels: <see cref="Artifact"/> runs it with
    /// GraphForge.Runtime alone, with results that are the same to the bit. Same model, same bytes.
    /// </summary>
    /// <param name="path">The file; an existing one is replaced once the new one is on disk.</param>
    /// <param name="save">Null for the defaults.</param>
    /// <param name="cancellation">Ends the work; nothing is left of it.</param>
    /// <exception cref="GraphException">A binding does not fit, or none is given where extents other than the batch are open.</exception>
    /// <exception cref="IOException">The file cannot be written, or would become too large.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Save(string path, SaveOptions? save = null, CancellationToken cancellation = default)
    {
        save ??= new SaveOptions();
        using var held = new StateAccess(_graph.Graph, _states).Hold();
        var builder = new ArtifactBuilder(SavedStates, save, _options, cancellation);
        builder.Add(Function, SavedBindings.Of(save, _inputs, batch: 1));
        builder.Write(path, ArtifactKind.Inference, _inputs.Symbols);
    }

    /// <summary>
    /// Loads the model of an artifact and compiles its graph anew, for any extents, at the first run with them. Of the file only
    /// data is used and none of its code is run, so that nobody need be trusted with code; see <see cref="Artifact"/> for running it as
    /// it was compiled.
    /// </summary>
    /// <param name="path">An artifact that <see cref="Save"/> wrote. Its weights are mapped, not copied.</param>
    /// <param name="options">Null for <see cref="CompileOptions.Default"/>.</param>
    /// <exception cref="ArtifactException">The file is missing, damaged, no artifact, or one of a training.</exception>
    public static CompiledModel Load(string path, CompileOptions? options = null)
    {
        options ??= CompileOptions.Default;
        ProgramCompiler.Prepare(options);
        using var artifact = Artifact.Open(path);
        if (artifact.Manifest.Kind != ArtifactKind.Inference || artifact.Manifest.Functions is not [var infer])
            throw new ArtifactException(ArtifactError.NotFound, path,
                "this is the artifact of a training; a CompiledModel takes one of a model, saved by CompiledModel.Save. Open it with Artifact.Open.");
        var function = LoadedFunction.Of(artifact, infer);
        return new CompiledModel(new InferenceGraph(function.Graph, function.Inputs, function.Ranges), function.States, options);
    }
}
