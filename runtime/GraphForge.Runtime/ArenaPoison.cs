namespace GraphForge.Runtime;

/// <summary>
/// Keeps every byte of an arena that holds no value poisoned: NaN as floating point, −1 as integers. A kernel that reads what no
/// kernel wrote, or what was given up, then shows in the results. A copy of the arena tells at each step whether a kernel wrote
/// to any byte that it was not given.
/// </summary>
internal sealed class ArenaPoison
{
    public const byte Value = 0xFF;

    private readonly AlignedMemory _arena;
    private readonly AlignedMemory _copy;
    private readonly BufferLife[] _lives;
    private readonly PlanBuffer[] _inputs;
    private readonly (long Begin, long End)[][] _given;
    private int _freed;

    /// <exception cref="InvalidPlanException">A value comes into the bytes of one that is needed later.</exception>
    public ArenaPoison(AlignedMemory arena, ExecutionPlan plan)
    {
        _arena = arena;
        _copy = new AlignedMemory(arena.Bytes);
        _lives = [.. BufferLife.Of(plan).OrderBy(l => l.Last)];
        CheckApart(plan);
        _inputs = [.. plan.Buffers.Where(b => b.Kind == BufferKind.Input && b.Bytes > 0).OrderBy(b => b.Offset)];
        _given = [.. plan.Steps.Select(step => step.Buffers.Select(b => plan.Buffers[b]).Where(b => b.InArena)
            .Select(b => (b.Offset, b.Offset + b.Bytes)).Order().ToArray())];
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
        _copy.Take(_arena, 0, _arena.Bytes);
        _freed = 0;
    }

    /// <summary>Poisons what no step from <paramref name="step"/> on is given, but for the bytes that a value took over in place.</summary>
    public void FreeBefore(int step)
    {
        for (; _freed < _lives.Length && _lives[_freed].Last < step; _freed++)
        {
            var dead = _lives[_freed];
            var from = dead.Begin;
            foreach (var (begin, end) in TakersOf(dead))
            {
                Free(from, begin);
                from = Math.Max(from, end);
            }

            Free(from, dead.End);
        }
    }

    /// <summary>The first byte that a step changed without being given it; −1 where there is none.</summary>
    public long FindStray(int step)
    {
        var from = 0L;
        foreach (var (begin, end) in _given[step])
        {
            if (_arena.FindDifference(_copy, from, begin) is var stray and >= 0) return stray;
            from = Math.Max(from, end);
            _copy.Take(_arena, begin, end);
        }

        return _arena.FindDifference(_copy, from, _arena.Bytes);
    }

    /// <summary>What comes to life at the last step of a value and is needed later: where it is in the same bytes, it is there in place.</summary>
    private IEnumerable<(long Begin, long End)> TakersOf(BufferLife dead) =>
        _lives.Where(l => l.First == dead.Last && l.Last > dead.Last && l.Overlaps(dead)).Select(l => (l.Begin, l.End)).Order();

    private void CheckApart(ExecutionPlan plan)
    {
        foreach (var late in _lives)
            foreach (var early in _lives)
                if (late.Clobbers(early))
                    throw new InvalidPlanException($"Plan '{plan.Name}': '{plan.Buffers[late.Buffer].Name}' comes at step {late.First} into " +
                        $"the bytes of '{plan.Buffers[early.Buffer].Name}', which is needed up to " +
                        (early.Last == int.MaxValue ? "the end." : $"step {early.Last}."));
    }

    private void Free(long begin, long end)
    {
        if (begin >= end) return;
        _arena.Fill(begin, end, Value);
        _copy.Fill(begin, end, Value);
    }
}
