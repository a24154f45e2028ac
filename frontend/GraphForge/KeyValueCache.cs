using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge;

/// <summary>
/// Keys and values of the tokens a model has seen, so that decoding attends to them without computing them again. One cache
/// serves all attention layers of a model: hand it to each of them, then <see cref="Advance"/> by the tokens they were given.
/// Each layer has tensors [batch, heads, capacity, features] of which the first <see cref="Position"/> rows are in use; where
/// these are the state of a <see cref="CompiledDecoder"/>, one program serves every position.
/// </summary>
public sealed class KeyValueCache
{
    private readonly Func<Module, string, TensorType, Tensor> _start;
    private readonly Tensor _firstPosition;
    private readonly Dictionary<Module, Entry> _entries = new(ReferenceEqualityComparer.Instance);

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
            throw new GraphException(
                ErrorCode.BadAttribute, $"a key-value cache holds at least 1 token but was given a capacity of {capacity}.");
        (Capacity, _firstPosition, _start) = (capacity, position, start);
    }

    /// <summary>Most tokens the cache can hold.</summary>
    public int Capacity { get; }

    /// <summary>Number of tokens the cache holds, an int32 scalar: the position of the next one.</summary>
    public Tensor Position => Added.Is(0) ? _firstPosition : _firstPosition + Tensor.SizeOf(Added).To(DType.Int32);

    /// <summary>Tokens counted since the cache was made.</summary>
    internal Dim Added { get; private set; } = 0;

    /// <summary>Every tensor that a layer started with, and what it is now.</summary>
    internal IEnumerable<(Tensor Start, Tensor Now)> Contents =>
        _entries.Values.SelectMany(e => new[] { (e.StartKeys, e.Keys), (e.StartValues, e.Values) });

    /// <summary>Counts <paramref name="tokens"/> as seen, after every layer was given them.</summary>
    public void Advance(Dim tokens) => Added += tokens;

    /// <summary>
    /// Adds the keys and values [batch, heads, length, features] of the next tokens, and gives all those of the layer, with
    /// length = capacity; rows not in use yet hold zeros.
    /// </summary>
    /// <exception cref="GraphException">There are more tokens than the cache can hold, or of another shape than before.</exception>
    internal (Tensor Keys, Tensor Values) Append(Module layer, Tensor keys, Tensor values)
    {
        var tokens = Added + keys.Shape[^2];
        if (tokens.IsBound && tokens.Value > Capacity)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"a key-value cache of {Capacity} tokens cannot hold {tokens}; give it a larger capacity.");
        if (!_entries.TryGetValue(layer, out var entry))
            _entries[layer] = entry = new Entry(_start(layer, "keys", Full(keys)), _start(layer, "values", Full(values)));
        else if (entry.Position == Added)
            throw new GraphException(ErrorCode.BadAttribute,
                $"{layer} was given tokens for one position of a key-value cache twice; call its Advance after the first.");
        entry.Position = Added;
        return (entry.Keys = Written(entry.Keys, keys), entry.Values = Written(entry.Values, values));
    }

    private TensorType Full(Tensor tokens) => tokens.Node.Type with { Shape = tokens.Shape.With(tokens.Rank - 2, Capacity) };

    /// <summary>
    /// Every row keeps what it holds, takes a new one, or is zero behind these, so that a NaN read once is not read again after
    /// going back: one pass over the cache, which attention reads as a whole anyway. Row j is new row j - position; where there
    /// is none the gather reads the nearest, and the choice drops it.
    /// </summary>
    private Tensor Written(Tensor held, Tensor rows)
    {
        if (held.Node.Type != Full(rows))
            throw new GraphException(ErrorCode.ShapeMismatch, $"a key-value cache of {held.Node.Type} cannot take {rows.Node.Type}; " +
                "start a new cache for another batch.");
        var source = (Tensor.Arange(Capacity, DType.Int32) - Position).Unsqueeze(-1);
        var isNew = source < Tensor.SizeOf(rows.Shape[^2]).To(DType.Int32);
        var added = new Tensor(rows.Node.Gather(rows.Rank - 2, source.Squeeze(-1).Node));
        return Tensor.Where(source < 0, held, Tensor.Where(isNew, added, 0));
    }

    private sealed class Entry(Tensor keys, Tensor values)
    {
        public Tensor StartKeys { get; } = keys;

        public Tensor StartValues { get; } = values;

        public Tensor Keys { get; set; } = keys;

        public Tensor Values { get; set; } = values;

        /// <summary>Where the rows were written that came last.</summary>
        public Dim Position { get; set; }
    }
}
