namespace GraphForge.Runtime;

/// <summary>
/// Storage of one state: a parameter, an optimizer moment, a running statistic. It outlives runs, is shared by every program
/// that is given it (training step and inference, say), and starts as zeros.
/// </summary>
/// <remarks>
/// Nothing here is locked: a run that writes a state must not overlap another run, or a caller, that uses the same state.
/// Spans point into native memory that is freed when the buffer is finalized: keep the buffer reachable while using one.
/// </remarks>
public sealed unsafe class StateBuffer
{
    private readonly object _memory;
    private readonly long[] _dims;

    /// <param name="name">Name for people.</param>
    /// <param name="type">Element type.</param>
    /// <param name="dims">Extents, row-major, each ≥ 0. Empty for a scalar.</param>
    /// <exception cref="ArgumentException">An extent is negative, or the size in bytes exceeds 2⁶³ − 1.</exception>
    public StateBuffer(string name, DType type, IReadOnlyList<long> dims)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        Type = type;
        _dims = [.. dims];
        Bytes = TensorLayout.Bytes(type, _dims)
            ?? throw new ArgumentException($"State '{name}' cannot have the shape {TensorLayout.Describe(type, _dims)}.", nameof(dims));
        var memory = new AlignedMemory(Bytes);
        (_memory, Address) = (memory, memory.Address);
    }

    /// <summary>A state whose bytes are somewhere already, aligned as all are, and stay there while <paramref name="owner"/> is reachable.</summary>
    internal StateBuffer(string name, DType type, IReadOnlyList<long> dims, nint address, object owner)
    {
        (Name, Type, _dims, _memory, Address) = (name, type, [.. dims], owner, address);
        Bytes = TensorLayout.Bytes(type, _dims) ?? throw new ArgumentException($"State '{name}' has no size.", nameof(dims));
    }

    public string Name { get; }

    public DType Type { get; }

    /// <summary>Extents, row-major. Empty for a scalar.</summary>
    public IReadOnlyList<long> Dims => _dims;

    /// <summary>Size in bytes.</summary>
    public long Bytes { get; }

    internal nint Address { get; }

    /// <summary>Whatever keeps the bytes at their place.</summary>
    internal object Memory => _memory;

    /// <summary>The elements, row-major.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> does not store <see cref="Type"/>.</exception>
    /// <exception cref="InvalidOperationException">There are more elements than a span can hold (2³¹ − 1).</exception>
    public Span<T> AsSpan<T>() where T : unmanaged
    {
        if (DTypes.Of<T>() != Type)
        {
            throw new ArgumentException(
                $"State '{Name}' is {TensorLayout.Describe(Type, _dims)}; it cannot be seen as {TensorLayout.Name(DTypes.Of<T>())}.");
        }

        return new Span<T>((void*)Address, TensorLayout.SpanLength(Name, Bytes / sizeof(T)));
    }

    /// <summary>The raw bytes, for saving and loading whatever the element type.</summary>
    /// <exception cref="InvalidOperationException">There are more bytes than a span can hold (2³¹ − 1).</exception>
    public Span<byte> AsBytes() => new((void*)Address, TensorLayout.SpanLength(Name, Bytes));
}
