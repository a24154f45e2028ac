namespace GraphForge.Execution;

/// <summary>
/// Programs by the extents of their symbols, compiled at first use. Holds at most <paramref name="limit"/>; the one unused
/// for longest makes room. Safe for several threads; a hit allocates nothing, and asking again for the same program takes no lock.
/// </summary>
internal sealed class BindingCache<TProgram>(int limit, Func<long[], TProgram> compile) where TProgram : class
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private long _clock;

    /// <summary>What was asked for last.</summary>
    private Entry? _latest;

    /// <summary>The program made first that is still kept; null before any is.</summary>
    public TProgram? First
    {
        get
        {
            lock (_lock) return _entries.Count > 0 ? _entries[0].Program : null;
        }
    }

    public TProgram Get(ReadOnlySpan<long> extents)
    {
        if (Volatile.Read(ref _latest) is { } latest && extents.SequenceEqual(latest.Extents)) return latest.Program;
        lock (_lock)
        {
            if (Find(extents) is not { } entry)
            {
                var key = extents.ToArray();
                entry = new Entry(key, compile(key));
                if (_entries.Count == limit) _entries.Remove(_entries.MinBy(e => e.LastUse)!);
                _entries.Add(entry);
            }
            entry.LastUse = ++_clock;
            Volatile.Write(ref _latest, entry);
            return entry.Program;
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
            _latest = null;
        }
    }

    private Entry? Find(ReadOnlySpan<long> extents)
    {
        foreach (var entry in _entries)
            if (extents.SequenceEqual(entry.Extents)) return entry;
        return null;
    }

    private sealed class Entry(long[] extents, TProgram program)
    {
        public long[] Extents { get; } = extents;

        public TProgram Program { get; } = program;

        public long LastUse { get; set; }
    }
}
