using System.Diagnostics.CodeAnalysis;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Execution;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge;

/// <summary>
/// A tensor of a module whose values outlive runs. In a forward function it stands for its value at the start of the run;
/// outside, its elements can be read and written between runs. Every program compiled from the module shares them.
/// </summary>
public abstract class StoredTensor
{
    private readonly Tensor _value;
    private StateBuffer? _storage;

    private volatile Task? _drawing;

    /// <summary>Number of runs that read the tensor now; -1 while one changes it.</summary>
    private int _users;

    private protected StoredTensor(Initializer initializer, DType dtype, ReadOnlySpan<long> dims)
    {
        Initializer = initializer;
        Slot = new StateSlot(GetType().Name, new TensorType(dtype, Shape.Of(dims)));
        _value = new Tensor(Node.Of(new State(Slot)));
    }

    /// <summary>Name within the model that was compiled last, such as <c>fc1.weight</c>.</summary>
    public string Name => Slot.Name;

    public Shape Shape => Slot.Type.Shape;

    public DType DType => Slot.Type.DType;

    /// <summary>Whether values were drawn, set, or made room for.</summary>
    internal bool HasValues => _storage is not null;

    /// <summary>Draws the initial values; a module that holds the tensor's own module may choose another.</summary>
    internal Initializer Initializer { get; set; }

    internal StateSlot Slot { get; }

    /// <summary>Draws the values right now; null where it has, or nobody does.</summary>
    internal Task? Drawing
    {
        set => _drawing = value;
    }

    internal StateBuffer Storage
    {
        get
        {
            AwaitValues();
            return _storage ?? throw NoValues();
        }
    }

    /// <summary>The value at the start of the run; null for none, such as the bias of a layer that has none.</summary>
    [return: NotNullIfNotNull(nameof(stored))]
    public static implicit operator Tensor?(StoredTensor? stored) => stored?._value;

    /// <summary>
    /// The elements, row-major, to be read; <see cref="Edit"/> and <see cref="CopyFrom"/> change them. Not to be used while a
    /// training step runs.
    /// </summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> does not store <see cref="DType"/>.</exception>
    /// <exception cref="InvalidOperationException">No values were drawn or set yet.</exception>
    public ReadOnlySpan<T> AsSpan<T>() where T : unmanaged => Storage.AsSpan<T>();

    /// <summary>
    /// Changes elements in place: <c>weight.Edit&lt;float&gt;(w =&gt; w.Fill(0.5f))</c>. Runs that come after see what
    /// <paramref name="change"/> left; it is handed the elements, row-major, and cannot keep them.
    /// </summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> does not store <see cref="DType"/>.</exception>
    /// <exception cref="InvalidOperationException">No values were drawn or set yet, or a run uses the tensor at this moment.</exception>
    public void Edit<T>(Action<Span<T>> change) where T : unmanaged
    {
        var storage = Storage;
        BeginChange();
        try
        {
            storage.Edit(change);
        }
        finally
        {
            EndChange();
        }
    }

    /// <summary>Sets all elements, row-major.</summary>
    /// <exception cref="ArgumentException">The number or type of the values is wrong.</exception>
    /// <exception cref="InvalidOperationException">A run uses the tensor at this moment.</exception>
    public void CopyFrom<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        if (DTypes.Of<T>() != DType || values.Length != Shape.Size.Value)
            throw new ArgumentException($"'{Name}' is {Slot.Type} and takes {Shape.Size} values of its type; " +
                $"it was given {values.Length} of {DTypes.Of<T>().ToString().ToLowerInvariant()}.");
        AwaitValues();
        BeginChange();
        try
        {
            Allocate().CopyFrom(values);
        }
        finally
        {
            EndChange();
        }
    }

    private void BeginChange()
    {
        if (!TryChange())
            throw new InvalidOperationException($"'{Name}' is in use by a run at this moment; change it between runs.");
    }

    /// <summary>Takes the tensor for a run that changes it; false while any other run uses it.</summary>
    internal bool TryChange() => Interlocked.CompareExchange(ref _users, -1, 0) == 0;

    internal void EndChange() => Volatile.Write(ref _users, 0);

    /// <summary>Takes the tensor for a run that reads it; false while another changes it.</summary>
    internal bool TryRead()
    {
        for (var users = Volatile.Read(ref _users); users >= 0; users = Volatile.Read(ref _users))
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users) return true;
        return false;
    }

    internal void EndRead() => Interlocked.Decrement(ref _users);

    /// <summary>Draws initial values from the random stream <paramref name="ordinal"/> of <paramref name="seed"/>.</summary>
    internal void Draw(long seed, int ordinal)
    {
        var values = new float[Shape.Size.Value];
        Initializer(values, Shape.Values, new RandomStream(seed, ordinal));
        Allocate().Set(values);
    }

    /// <summary>Takes back what was made room for, as nothing could be drawn.</summary>
    internal void Discard() => (_storage, _drawing) = (null, null);

    /// <summary>The storage, made now where there is none; its values may still be drawn.</summary>
    internal StateBuffer Allocate() => _storage ??= new StateBuffer(Name, DType, Shape.Values);

    private void AwaitValues()
    {
        if (_drawing is not { } drawing) return;
        // An initializer that reads a tensor whose turn comes later would wait for itself.
        if (drawing.Id == Task.CurrentId) throw NoValues();
        drawing.GetAwaiter().GetResult();
    }

    private InvalidOperationException NoValues() =>
        new($"'{Name}' has no values yet: compile the model, call its Initialize, or set the values first.");
}

/// <summary>A tensor that training improves.</summary>
/// <param name="initializer">Draws the initial values; see <see cref="Init"/>.</param>
/// <param name="dtype">A float type.</param>
/// <param name="dims">Extents, row-major.</param>
/// <exception cref="GraphException">The type is no float.</exception>
public sealed class Parameter(Initializer initializer, DType dtype, params ReadOnlySpan<long> dims)
    : StoredTensor(initializer, FloatOnly(dtype), dims)
{
    /// <summary>A float32 parameter.</summary>
    public Parameter(Initializer initializer, params ReadOnlySpan<long> dims) : this(initializer, DType.Float32, dims) { }

    /// <summary>Whether training changes it; read when a training is compiled. False freezes it.</summary>
    public bool RequiresGrad { get; set; } = true;

    private static DType FloatOnly(DType dtype) => dtype.IsFloat()
        ? dtype
        : throw new GraphException(ErrorCode.WrongDType, $"a parameter holds floats, not {dtype.ToString().ToLowerInvariant()}.");
}

/// <summary>A stored tensor that no gradient changes, such as a running statistic: PyTorch's buffer.</summary>
/// <param name="initializer">Draws the initial values; see <see cref="Init"/>.</param>
/// <param name="dtype">Any element type.</param>
/// <param name="dims">Extents, row-major.</param>
public sealed class ModuleBuffer(Initializer initializer, DType dtype, params ReadOnlySpan<long> dims)
    : StoredTensor(initializer, dtype, dims)
{
    /// <summary>A float32 buffer.</summary>
    public ModuleBuffer(Initializer initializer, params ReadOnlySpan<long> dims) : this(initializer, DType.Float32, dims) { }

    /// <summary>The value assigned last in the forward pass being written down, or else the one before the run.</summary>
    internal Tensor Latest => Tracing.Trace.Current?.Assigned(Slot) ?? this;

    /// <summary>In a forward function while training: the value the buffer has after the step.</summary>
    /// <exception cref="InvalidOperationException">The graph being built is not one for training.</exception>
    /// <exception cref="GraphException">The value has another shape or type.</exception>
    public void Assign(Tensor value)
    {
        if (Tracing.Trace.Current is not { IsTraining: true } trace)
            throw new InvalidOperationException($"Buffer '{Name}' changes only while training; ask IsTraining before Assign.");
        if (value.Node.Type != Slot.Type)
            throw new GraphException(ErrorCode.ShapeMismatch, $"buffer '{Name}' is {Slot.Type} but was assigned {value.Node.Type}.");
        trace.Assign(Slot, value);
    }
}
