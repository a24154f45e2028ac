using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>Memory of a group, lent to one use after the other: a barrier keeps a use from overwriting what the one before still reads.</summary>
internal sealed class SharedMemory
{
    private readonly List<LoopBuffer> _buffers = [];
    private bool _isUsed;

    public IReadOnlyList<LoopBuffer> Buffers => _buffers;

    /// <summary>Whether anything was taken.</summary>
    public bool IsUsed => _isUsed;

    /// <summary>What each thread needs for a reduction: its partial result, and for a position that too.</summary>
    public static long BytesOf(ReduceExpr reduce) => reduce.Body.Type.Size() + (reduce.IsArg ? sizeof(long) : 0);

    /// <summary>A buffer of <paramref name="count"/> elements for each of <paramref name="types"/>.</summary>
    public LoopBuffer[] Take(IEnumerable<DType> types, long count, List<Statement> statements)
    {
        if (_isUsed) statements.Add(new GroupBarrier());
        _isUsed = true;
        var free = _buffers.ToList();
        return [.. types.Select(type =>
        {
            if (free.Find(b => b.Type == type && b.Count == count) is not { } buffer) _buffers.Add(buffer = new LoopBuffer("shared", type, count));
            free.Remove(buffer);
            return buffer;
        })];
    }
}
