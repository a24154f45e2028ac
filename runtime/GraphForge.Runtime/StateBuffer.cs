using System.Runtime.InteropServices;

namespace GraphForge.Runtime;

/// <summary>
/// Storage of one state: a parameter, an optimizer moment, a running statistic. It outlives runs, is shared by every program
/// that is given it (training step and inference, say), and starts as zeros.
/// </summary>
/// <remarks>
/// Nothing here is locked: a run that writes a state must not overlap another run, or a caller, that uses the same state.
/// Spans point into native memory that is freed when the buffer is finalized: keep the buffer reachable while using one.
/// Programs keep values that follow from states alone, so a state has to know when it changes: by runs that write it, and by
/// the methods here. Spans are read-only for that reason; writing through one by unsafe means goes unnoticed.
/// A run on a device leaves what it changed there: whoever asks for the elements here waits until they are copied.
/// </remarks>
public sealed unsafe class StateBuffer
{
    private static PaddedNumber _changes;

    /// <summary>States whose newest elements are on a device.</summary>
    private static PaddedNumber _elsewhereCount;

    private readonly object _memory;
    private readonly long[] _dims;
    private long _version;

    /// <summary>Where the newest elements are; null for this state's own memory.</summary>
    private IElementSource? _elsewhere;

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

    /// <summary>
    /// Grows whenever any state of the process has changed. Read before <see cref="Version"/>s: while it stays the same, so do
    /// they, since a state's own number grows first.
    /// </summary>
    internal static long Changes => Volatile.Read(ref _changes.Value);

    /// <summary>Grows whenever the elements have changed.</summary>
    internal long Version => Volatile.Read(ref _version);

    /// <summary>The elements, row-major.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> does not store <see cref="Type"/>.</exception>
    /// <exception cref="InvalidOperationException">There are more elements than a span can hold (2³¹ − 1).</exception>
    public ReadOnlySpan<T> AsSpan<T>() where T : unmanaged => Elements<T>();

    /// <summary>The raw bytes, for saving whatever the element type.</summary>
    /// <exception cref="InvalidOperationException">There are more bytes than a span can hold (2³¹ − 1).</exception>
    public ReadOnlySpan<byte> AsBytes() => Bytewise;

    /// <summary>Sets all elements, row-major.</summary>
    /// <exception cref="ArgumentException">The number or type of the values is wrong.</exception>
    public void CopyFrom<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        CheckType<T>();
        CheckLength(values.Length, Bytes / sizeof(T), "elements");
        Replace(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Sets the raw bytes, for loading whatever the element type.</summary>
    /// <exception cref="ArgumentException">The number of bytes is wrong.</exception>
    public void CopyFromBytes(ReadOnlySpan<byte> bytes)
    {
        CheckLength(bytes.Length, Bytes, "bytes");
        Replace(bytes);
    }

    /// <summary>Changes elements in place, row-major. The span is good for the call of <paramref name="change"/> only.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> does not store <see cref="Type"/>.</exception>
    /// <exception cref="InvalidOperationException">There are more elements than a span can hold (2³¹ − 1).</exception>
    public void Edit<T>(Action<Span<T>> change) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(change);
        try
        {
            change(Elements<T>());
        }
        finally
        {
            MarkChanged([this]);
        }
    }

    /// <summary>Tells that the elements of these states have changed, once they have: whoever read them meanwhile finds them newer.</summary>
    internal static void MarkChanged(ReadOnlySpan<StateBuffer> states)
    {
        // Whoever changes a state has it alone, so its number need not grow atomically.
        foreach (var state in states) Volatile.Write(ref state._version, state._version + 1);
        Interlocked.Increment(ref _changes.Value);
    }

    /// <summary>Whether the newest elements of any state of the process may be on a device.</summary>
    internal static bool AnyElsewhere => Volatile.Read(ref _elsewhereCount.Value) != 0;

    /// <summary>Copies the newest elements here, where they are on a device.</summary>
    internal void BringHome()
    {
        if (Volatile.Read(ref _elsewhere) is { } source) BringHomeFrom(source);
    }

    /// <summary>Copies the newest elements here, where <paramref name="source"/> has them.</summary>
    internal void BringHomeFrom(IElementSource source)
    {
        lock (source.Turn)
        {
            // Whoever had the turn before may have brought them home, and put others in their place.
            if (_elsewhere != source) return;
            source.Read(Address, Bytes);
            IsAt(null);
        }
    }

    /// <summary>Copies the newest elements here, where they are on another device than that of <paramref name="source"/>.</summary>
    internal void BringHomeUnlessAt(IElementSource source)
    {
        if (Volatile.Read(ref _elsewhere) is { } other && other != source) BringHomeFrom(other);
    }

    /// <summary>Tells that the elements have changed, and are at <paramref name="source"/> alone.</summary>
    internal void ChangedAt(IElementSource source)
    {
        IsAt(source);
        MarkChanged([this]);
    }

    private Span<byte> Bytewise
    {
        get
        {
            BringHome();
            return new((void*)Address, TensorLayout.SpanLength(Name, Bytes));
        }
    }

    private Span<T> Elements<T>() where T : unmanaged
    {
        CheckType<T>();
        BringHome();
        return new Span<T>((void*)Address, TensorLayout.SpanLength(Name, Bytes / sizeof(T)));
    }

    /// <summary>Whatever a device has is outdated.</summary>
    private void Replace(ReadOnlySpan<byte> bytes)
    {
        var elements = new Span<byte>((void*)Address, TensorLayout.SpanLength(Name, Bytes));
        if (Volatile.Read(ref _elsewhere) is not { } source) bytes.CopyTo(elements);
        else
        {
            // Not while others bring the old ones home.
            lock (source.Turn)
            {
                bytes.CopyTo(elements);
                IsAt(null);
            }
        }
        MarkChanged([this]);
    }

    private void IsAt(IElementSource? source)
    {
        var before = Interlocked.Exchange(ref _elsewhere, source);
        if (before is null != source is null) Interlocked.Add(ref _elsewhereCount.Value, source is null ? -1 : 1);
    }

    private void CheckType<T>() where T : unmanaged
    {
        if (DTypes.Of<T>() != Type)
        {
            throw new ArgumentException(
                $"State '{Name}' is {TensorLayout.Describe(Type, _dims)}; it cannot be seen as {TensorLayout.Name(DTypes.Of<T>())}.");
        }
    }

    private void CheckLength(long given, long expected, string unit)
    {
        if (given != expected)
            throw new ArgumentException($"State '{Name}' is {TensorLayout.Describe(Type, _dims)}, {expected} {unit}; it was given {given}.");
    }
}
