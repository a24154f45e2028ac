using System.Collections;
using System.Diagnostics.CodeAnalysis;
using GraphForge.Compiler.Graph;

namespace GraphForge;

/// <summary>Tensors by name: what a function that is being compiled takes, or gives.</summary>
/// <example><code>new NamedTensors { ["logits"] = logits, ["state"] = state }</code></example>
public sealed class NamedTensors : IReadOnlyDictionary<string, Tensor>
{
    private readonly OrderedDictionary<string, Tensor> _tensors = [];

    public int Count => _tensors.Count;

    public IEnumerable<string> Keys => _tensors.Keys;

    public IEnumerable<Tensor> Values => _tensors.Values;

    /// <exception cref="GraphException">There is no such tensor, or the name is taken.</exception>
    public Tensor this[string name]
    {
        get => _tensors.TryGetValue(name, out var tensor) ? tensor : throw new GraphException(ErrorCode.DanglingInput,
            $"there is no tensor '{name}'; there {(Count == 1 ? "is" : "are")} {Names(Keys)}.");
        set
        {
            if (!_tensors.TryAdd(name, value))
                throw new GraphException(ErrorCode.DuplicateName, $"two tensors are named '{name}'; rename one of them.");
        }
    }

    /// <summary>One tensor, named <c>output</c>.</summary>
    public static implicit operator NamedTensors(Tensor output) => new() { ["output"] = output };

    public bool ContainsKey(string key) => _tensors.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Tensor value) => _tensors.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator() => _tensors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary><c>'a', 'b'</c>, or <c>none</c>.</summary>
    internal static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(n => $"'{n}'")) is { Length: > 0 } list ? list : "none";
}
