namespace GraphForge.Runtime;

/// <summary>
/// Keeps every byte of an arena that holds no value poisoned: NaN as floating point, −1 as integers. A kernel that reads what no
/// kernel wrote, or what was given up, then shows in the results; one that writes where no value is, is found at its step.
/// </summary>
internal sealed class ArenaPoison
{
    public const byte Value = 0xFF;

    private readonly AlignedMemory _arena;
    private readonly BufferLife[] _byStart;
    private readonly BufferLife[] _byEnd;
    private readonly PlanBuffer[] _inputs;
    private int _freed;

    public ArenaPoison(AlignedMemory arena, ExecutionPlan plan)
    {
        _arena = arena;
        var lives = BufferLife.Of(plan);
        _byStart = [.. lives.OrderBy(l => l.Begin)];
        _byEnd = [.. lives.Where(l => l.Last < int.MaxValue).OrderBy(l => l.Last)];
        _inputs = [.. plan.Buffers.Where(b => b.Kind == BufferKind.Input && b.Bytes > 0).OrderBy(b => b.Offset)];
    }

    /// <summary>Poisons all but the inputs.</summary>
    public void Begin()
    {
        var end = 0L;
        foreach (var input in _inputs)
        {
            _arena.Fill(end, input.Offset, Value);
            end = input.Offset + input.Bytes;
        }

        _arena.Fill(end, _arena.Bytes, Value);
        _freed = 0;
    }

    /// <summary>Poisons what no step from <paramref name="step"/> on reads, but for the bytes that a value took over in place.</summary>
    public void FreeBefore(int step)
    {
        for (; _freed < _byEnd.Length && _byEnd[_freed].Last < step; _freed++)
        {
            var dead = _byEnd[_freed];
            var from = dead.Begin;
            foreach (var taker in _byStart)
            {
                if (taker.Given != dead.Last || taker.Last <= dead.Last || taker.End <= from || taker.Begin >= dead.End) continue;
                if (taker.Begin > from) _arena.Fill(from, taker.Begin, Value);
                from = taker.End;
            }

            if (from < dead.End) _arena.Fill(from, dead.End, Value);
        }
    }

    /// <summary>The first byte that holds no value at the step and yet was written; −1 where there is none.</summary>
    public long FindStray(int step)
    {
        var end = 0L;
        foreach (var life in _byStart)
        {
            if (!life.LivesAt(step)) continue;
            if (life.Begin > end && _arena.FindOther(end, life.Begin, Value) is var stray and >= 0) return stray;
            end = Math.Max(end, life.End);
        }

        return _arena.FindOther(end, _arena.Bytes, Value);
    }
}
