using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>
/// A buffer under observation. It throws where an access lies outside, where an element is read before anything was stored
/// in it, and where two tasks of one kernel touch an element that one of them writes.
/// </summary>
public sealed class WatchedBuffer
{
    private const int Nobody = -1;
    private const int Several = -2;

    private readonly string _name;
    private readonly bool[] _isKnown;
    private readonly int[] _writer;
    private readonly int[] _reader;

    /// <param name="name">Name for messages.</param>
    /// <param name="type">Type of the contents.</param>
    public WatchedBuffer(string name, TensorType type)
    {
        _name = name;
        Contents = new Literal(type);
        _isKnown = new bool[Contents.Count];
        (_writer, _reader) = (new int[Contents.Count], new int[Contents.Count]);
        BeginKernel();
    }

    /// <summary>A buffer that holds a value already.</summary>
    public WatchedBuffer(string name, Literal value) : this(name, value.Type)
    {
        for (var i = 0; i < value.Count; i++) Contents[i] = value[i];
        Array.Fill(_isKnown, true);
    }

    public Literal Contents { get; }

    /// <summary>What tasks of earlier kernels did no longer matters: a barrier stands in between.</summary>
    public void BeginKernel()
    {
        Array.Fill(_writer, Nobody);
        Array.Fill(_reader, Nobody);
    }

    public Scalar Read(long index, int task)
    {
        var i = Inside(index);
        if (!_isKnown[i]) throw new InvalidOperationException($"{_name}[{i}] is read before it is written");
        if (_writer[i] != Nobody && _writer[i] != task)
            throw new InvalidOperationException($"task {task} reads {_name}[{i}], which task {_writer[i]} writes");
        _reader[i] = _reader[i] == Nobody || _reader[i] == task ? task : Several;
        return Contents[i];
    }

    public void Write(long index, Scalar value, int task)
    {
        var i = Inside(index);
        if (_writer[i] != Nobody && _writer[i] != task)
            throw new InvalidOperationException($"tasks {_writer[i]} and {task} both write {_name}[{i}]");
        if (_reader[i] != Nobody && _reader[i] != task)
            throw new InvalidOperationException($"task {task} writes {_name}[{i}], which another task reads");
        _writer[i] = task;
        _isKnown[i] = true;
        Contents[i] = value;
    }

    private int Inside(long index) => index >= 0 && index < Contents.Count
        ? (int)index
        : throw new InvalidOperationException($"element {index} of {_name}, which has {Contents.Count}");
}
