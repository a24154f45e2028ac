namespace GraphForge.Execution;

/// <summary>
/// Programs by batch size, compiled at first use. Holds at most <paramref name="limit"/>; the one unused for longest makes
/// room. Safe for several threads; a hit allocates nothing.
/// </summary>
internal sealed class BindingCache(int limit, Func<long, BoundProgram> compile)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Entry> _entries = [];
    private long _clock;

    public BoundProgram Get(long batch)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(batch, out var entry))
            {
                var program = compile(batch);
                if (_entries.Count == limit) _entries.Remove(_entries.MinBy(e => e.Value.LastUse).Key);
                _entries[batch] = entry = new Entry(program);
            }
            entry.LastUse = ++_clock;
            return entry.Program;
        }
    }

    private sealed class Entry(BoundProgram program)
    {
        public BoundProgram Program { get; } = program;

        public long LastUse { get; set; }
    }
}
