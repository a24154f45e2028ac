using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Tracing;

namespace GraphForge.Execution;

/// <summary>Which storage holds each state slot of a model and its training.</summary>
internal sealed class StateStore
{
    private readonly Dictionary<StateSlot, StateBuffer> _buffers = [];
    private readonly Dictionary<StateSlot, StoredTensor> _tensors = [];
    private readonly List<StateSlot> _created = [];

    /// <summary>What the model does not hold, in the order it was created.</summary>
    public IReadOnlyList<StateSlot> Created => _created;

    public StateBuffer this[StateSlot slot] => _buffers.TryGetValue(slot, out var buffer)
        ? buffer
        : throw new GraphException(ErrorCode.DanglingInput,
            $"the model reads '{slot.Name}', which is not one of its parameters; " +
            "keep it in a field or property of the module that uses it.");

    /// <summary>A new slot with its storage, every element <paramref name="initial"/> at first.</summary>
    public StateSlot Create(string name, TensorType type, double initial = 0)
    {
        var slot = new StateSlot(name, type) { BelongsToTraining = true };
        var buffer = _buffers[slot] = new StateBuffer(name, type.DType, type.Shape.Values);
        if (initial != 0) buffer.CopyFromBytes(Repeated(Literal.Of(Scalar.Of(type.DType, initial)).Bytes, buffer.Bytes));
        _created.Add(slot);
        return slot;
    }

    /// <summary>Storage of all parameters and buffers of a model.</summary>
    public void Add(ModuleTree model)
    {
        foreach (var (_, tensor) in model.Tensors) (_buffers[tensor.Slot], _tensors[tensor.Slot]) = (tensor.Allocate(), tensor);
    }

    /// <summary>Storage of a slot that no model holds.</summary>
    public void Add(StateSlot slot, StateBuffer buffer) => _buffers[slot] = buffer;

    /// <summary>The model's tensor of a slot; null for a slot that was <see cref="Create">created</see> here.</summary>
    public StoredTensor? TensorOf(StateSlot slot) => _tensors.GetValueOrDefault(slot);

    private static byte[] Repeated(ReadOnlySpan<byte> element, long count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < bytes.Length; i += element.Length) element.CopyTo(bytes.AsSpan(i));
        return bytes;
    }
}
