namespace GraphForge.Execution;

/// <summary>
/// Programs by batch size, compiled at first use. Holds at most <paramref name="limit"/>; the one unused for longest makes
/// room. Safe for several threads; a hit allocates nothing.
/// </summary>
internal sealed class BindingCache<TProgram>(int limit, Func<long, TProgram> compile) where TProgram : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Entry> _entries = [];
    private long _clock;

    public TProgram Get(long batch)
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

    public void Clear()
    {
        lock (_lock) _entries.Clear();
    }

    private sealed class Entry(TProgram program)
    {
        public TProgram Program { get; } = program;

        public long LastUse { get; set; }
    }
}
