using GraphForge.Compiler.Graph;
using GraphForge.Runtime.Artifacts;
using GraphForge.Saving;
using GraphForge.Tracing;

namespace GraphForge;

/// <content>Saving as an artifact.</content>
public sealed partial class Training
{
    /// <summary>
    /// Writes the whole step with everything it depends on as one file, <c>.gfm</c>: <see cref="Artifact"/> goes on training with
    /// GraphForge.Runtime alone, bit for bit as this training would. Its functions are <c>train</c> and <c>evaluate</c>; its states are
    /// named as <see cref="StateDict"/> names them. Schedules are C# and stay here: the learning rate is the state
    /// <c>training.learning_rate</c>, which whoever runs the steps may change.
    /// </summary>
    /// <param name="path">The file; an existing one is replaced once the new one is on disk.</param>
    /// <param name="save">Null for the defaults.</param>
    /// <param name="cancellation">Ends the work; nothing is left of it.</param>
    /// <exception cref="GraphException">A binding does not fit, or none is given where extents other than the batch are open.</exception>
    /// <exception cref="InvalidOperationException">A step, fit or evaluation is running.</exception>
    /// <exception cref="IOException">The file cannot be written, or would become too large.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Save(string path, SaveOptions? save = null, CancellationToken cancellation = default)
    {
        save ??= new SaveOptions();
        Enter();
        try
        {
            BeginStep();
            var builder = new ArtifactBuilder([.. SavedStates()], save, _options, cancellation);
            var bindings = SavedBindings.Of(save, _inputs, _supervision?.Batch.Size ?? 1);
            foreach (var graph in new[] { _step, _evaluation }) builder.Add(new SavedFunction(graph.Graph, _inputs, graph.Ranges), bindings);
            builder.Write(path, ArtifactKind.Training, _inputs.Symbols);
        }
        finally
        {
            Leave();
        }
    }

    private IEnumerable<SavedState> SavedStates()
    {
        var model = ModuleTree.AllNames(_model).GroupBy(t => t.Value.Slot, t => (Name: ModelPrefix + t.Key, Buffer: t.Value.Storage));
        var own = _state.Store.Created.Select(slot => SavedState.Of([TrainingPrefix + slot.Name], slot, _state.Store[slot]));
        return [.. model.Select(t => SavedState.Of([.. t.Select(n => n.Name)], t.Key, t.First().Buffer)), .. own];
    }
}
