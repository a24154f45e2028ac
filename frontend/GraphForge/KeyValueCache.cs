using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <summary>
/// Keys and values of the tokens a model has seen, so that decoding attends to them without computing them again. One cache
/// serves all attention layers of a model: hand it to each of them, then <see cref="Advance"/> by the tokens they were given.
/// Each layer has tensors [batch, heads, capacity, features] of which the first <see cref="Position"/> rows are in use; where
/// these are the state of a compiled program, as a compiled decoder makes them, one program serves every position.
/// </summary>
public sealed class KeyValueCache
{
    private readonly Func<Module, string, TensorType, Tensor> _start;
    private readonly Dictionary<Module, (Tensor Keys, Tensor Values)> _entries = new(ReferenceEqualityComparer.Instance);

    /// <summary>An empty cache.</summary>
    /// <param name="capacity">Most tokens it can hold, those of the prompt included.</param>
    /// <exception cref="GraphException">There is no room for a token.</exception>
    public KeyValueCache(int capacity)
        : this(capacity, Tensor.Zeros(Shape.Scalar, DType.Int32), (_, _, type) => Tensor.Zeros(type.Shape, type.DType)) { }

    /// <param name="capacity">Most tokens it can hold.</param>
    /// <param name="position">An int32 scalar.</param>
    /// <param name="start">Keys or values (as the name says) of a layer that is met for the first time.</param>
    internal KeyValueCache(int capacity, Tensor position, Func<Module, string, TensorType, Tensor> start)
    {
        if (capacity < 1)
            throw new GraphException(ErrorCode.BadAttribute, $"a key-value cache holds at least 1 token but was given a capacity of {capacity}.");
        (Capacity, Position, _start) = (capacity, position, start);
    }

    /// <summary>Most tokens the cache can hold.</summary>
    public int Capacity { get; }

    /// <summary>Number of tokens the cache holds, an int32 scalar: the position of the next one.</summary>
    public Tensor Position { get; private set; }

    /// <summary>Counts <paramref name="tokens"/> as seen, after every layer was given them.</summary>
    public void Advance(Dim tokens) => Position += Tensor.SizeOf(tokens).To(DType.Int32);

    /// <summary>
    /// Adds the keys and values [batch, heads, length, features] of the next tokens, and gives all those of the layer, with
    /// length = capacity; rows not in use yet hold zeros.
    /// </summary>
    /// <exception cref="GraphException">There are more tokens than the cache can hold, or of another shape than before.</exception>
    internal (Tensor Keys, Tensor Values) Append(Module layer, Tensor keys, Tensor values)
    {
        if (keys.Shape[^2].IsBound && keys.Shape[^2].Value > Capacity)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"a key-value cache of {Capacity} tokens cannot hold keys {keys.Node.Type}; give it a larger capacity.");
        if (!_entries.TryGetValue(layer, out var entry))
            entry = (_start(layer, "keys", Full(keys)), _start(layer, "values", Full(values)));
        return _entries[layer] = (Written(entry.Keys, keys), Written(entry.Values, values));
    }

    private TensorType Full(Tensor tokens) => tokens.Node.Type with { Shape = tokens.Shape.With(tokens.Rank - 2, Capacity) };

    /// <summary>
    /// Every row either keeps what it holds or takes a new one: one pass over the cache, which attention reads as a whole anyway.
    /// Row j is new row j - position; where there is none the gather reads the nearest, and the choice drops it.
    /// </summary>
    private Tensor Written(Tensor held, Tensor rows)
    {
        if (held.Node.Type != Full(rows))
            throw new GraphException(ErrorCode.ShapeMismatch, $"a key-value cache of {held.Node.Type} cannot take {rows.Node.Type}; " +
                "start a new cache for another batch.");
        var source = Tensor.Arange(Capacity, DType.Int32) - Position;
        var isNew = (source >= 0) & (source < Tensor.SizeOf(rows.Shape[^2]).To(DType.Int32));
        return Tensor.Where(isNew.Unsqueeze(-1), new Tensor(rows.Node.Gather(rows.Rank - 2, source.Node)), held);
    }
}
