using System.Collections;
using System.Diagnostics.CodeAnalysis;
using GraphForge.Compiler.Graph;

namespace GraphForge.Serialization;

/// <summary>
/// Tensors by name, in order, as PyTorch's state_dict names and lays them out. Those of a model are the model's own: what
/// training changes shows here, until they are <see cref="Clone">cloned</see>.
/// </summary>
public sealed class StateDict : IReadOnlyDictionary<string, TensorData>
{
    private readonly OrderedDictionary<string, TensorData> _tensors = [];

    public int Count => _tensors.Count;

    public IEnumerable<string> Keys => _tensors.Keys;

    public IEnumerable<TensorData> Values => _tensors.Values;

    /// <exception cref="GraphException">There is no such tensor.</exception>
    public TensorData this[string key]
    {
        get => _tensors.TryGetValue(key, out var tensor)
            ? tensor
            : throw new GraphException(ErrorCode.BadData, $"the state holds no '{key}'.");
        set => _tensors[key] = value;
    }

    /// <summary>A copy that nothing changes.</summary>
    public StateDict Clone() => Of(_tensors.Select(t => KeyValuePair.Create(t.Key, t.Value.Clone())));

    /// <summary>The tensors whose names start with <paramref name="prefix"/>, without it.</summary>
    public StateDict Within(string prefix) => Of(_tensors.Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal))
        .Select(t => KeyValuePair.Create(t.Key[prefix.Length..], t.Value)));

    public bool Remove(string key) => _tensors.Remove(key);

    public bool ContainsKey(string key) => _tensors.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TensorData value) => _tensors.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, TensorData>> GetEnumerator() => _tensors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static StateDict Of(IEnumerable<KeyValuePair<string, TensorData>> tensors)
    {
        var state = new StateDict();
        foreach (var (name, tensor) in tensors) state[name] = tensor;
        return state;
    }
}
