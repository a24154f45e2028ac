using GraphForge.Compiler.Graph;
using GraphForge.Execution;
using GraphForge.Serialization;
using GraphForge.Tracing;

namespace GraphForge;

/// <content>Saving and resuming.</content>
public sealed partial class Training
{
    private const string ModelPrefix = "model.";
    private const string TrainingPrefix = "training.";

    /// <summary>
    /// All that the next steps depend on: the model's tensors as <c>model.…</c>, and learning rate, counts, seeds and the
    /// optimizer's moments as <c>training.…</c>; the tensors themselves, not copies. A training of the same model that loads it
    /// goes on bit for bit as this one does.
    /// </summary>
    public StateDict StateDict() => Serialization.StateDict.Of(
        ModuleTree.AllNames(_model).Select(t => (Name: ModelPrefix + t.Key, Buffer: t.Value.Storage))
            .Concat(_state.Store.Created.Select(s => (Name: TrainingPrefix + s.Name, Buffer: _state.Store[s])))
            .Select(t => KeyValuePair.Create(t.Name, (TensorData)new BufferData(t.Buffer))));

    /// <summary>Sets the model and all else that <see cref="StateDict"/> holds.</summary>
    /// <exception cref="GraphException">Names or shapes do not fit; all of them are listed, and nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">A step, fit or evaluation is running.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, TensorData> state)
    {
        Enter();
        try
        {
            var model = ModuleTree.AllNames(_model).Select(t => new StateTarget(ModelPrefix + t.Key, t.Value, t.Value.Slot.Type, t.Value.Allocate));
            var own = _state.Store.Created.Select(s => new StateTarget(TrainingPrefix + s.Name, s, s.Type, () => _state.Store[s]));
            StateLoading.Load($"the training of the model {_model.GetType().Name}", [.. model, .. own], state, strict: true);
        }
        finally
        {
            Leave();
        }
    }
}
