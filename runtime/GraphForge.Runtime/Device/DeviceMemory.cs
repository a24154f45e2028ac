using System.Runtime.CompilerServices;

namespace GraphForge.Runtime.Device;

/// <summary>
/// The one block of a device's memory that all its programs use: ranges that last (states, constants, prepared values), then an arena of
/// the size of the largest one, in which the programs take turns. A block that has become too small is replaced while nothing runs:
/// states are brought home, ranges close up, and programs write what they need into the new one. So no two blocks are ever held at once.
/// </summary>
/// <param name="device">Whose memory it is.</param>
internal sealed class DeviceMemory(ComputeDevice device)
{
    private readonly ConditionalWeakTable<StateBuffer, DeviceState> _states = [];
    private readonly Lock _lock = new();
    private readonly List<WeakReference<DeviceRange>> _ranges = [];

    /// <summary>Free parts below <see cref="_lastingBytes"/>, by offset; no two of them touch.</summary>
    private readonly SortedList<long, long> _holes = [];

    private long _lastingBytes;
    private long _arenaBytes;
    private DeviceBlock? _block;
    private HostBlock? _host;

    /// <summary>How many blocks there were: what was written into an earlier one is lost.</summary>
    public int Generation { get; private set; }

    /// <summary>Size of the block.</summary>
    public long Bytes => _block?.Bytes ?? 0;

    public DeviceBlock Block => _block ?? throw new InvalidOperationException("no memory was asked for");

    /// <summary>Memory of the process that programs use in turn, as they do the arena; null where none needs any.</summary>
    public HostBlock? Host => _host;

    /// <summary>Where every program's arena begins. It moves when ranges are added.</summary>
    public long Arena => Volatile.Read(ref _lastingBytes);

    /// <summary>Bytes of ranges that somebody refers to.</summary>
    public long LastingBytes
    {
        get
        {
            lock (_lock) return _lastingBytes - _holes.Values.Sum();
        }
    }

    /// <summary>A range for <paramref name="bytes"/>: the first free one that is large enough. It can be used after <see cref="Grow"/>.</summary>
    public DeviceRange Reserve(long bytes)
    {
        var range = new DeviceRange(this, DeviceLayout.Ranged(bytes));
        lock (_lock)
        {
            _ranges.Add(new WeakReference<DeviceRange>(range));
            foreach (var (offset, size) in _holes)
            {
                if (size < range.Bytes) continue;
                _holes.Remove(offset);
                if (size > range.Bytes) _holes.Add(offset + range.Bytes, size - range.Bytes);
                range.MoveTo(offset, Generation);
                return range;
            }
            range.MoveTo(_lastingBytes, Generation);
            _lastingBytes = checked(_lastingBytes + range.Bytes);
            return range;
        }
    }

    /// <summary>Takes a range back; it joins its free neighbours. One of a block that was replaced since is gone already.</summary>
    public void GiveBack(DeviceRange range)
    {
        lock (_lock)
        {
            if (range.Generation != Generation) return;
            var (offset, bytes) = (range.Offset, range.Bytes);
            if (_holes.Remove(offset + bytes, out var after)) bytes += after;
            var before = _holes.Keys.LastOrDefault(start => start < offset, -1);
            if (before >= 0 && before + _holes[before] == offset) _holes[before] += bytes;
            else _holes.Add(offset, bytes);
        }
    }

    /// <summary>Whether a state has a copy here.</summary>
    public bool Holds(StateBuffer state) => _states.TryGetValue(state, out _);

    /// <summary>The copy of a state on this device, made at the first call; its elements are not here yet.</summary>
    public DeviceState StateOf(StateBuffer state) => _states.GetValue(state, s => new DeviceState(device, Reserve(s.Bytes)));

    /// <summary>Takes the copy of a state back that no program uses.</summary>
    public void Forget(StateBuffer state)
    {
        if (!_states.TryGetValue(state, out var copy)) return;
        _states.Remove(state);
        copy.Release();
    }

    /// <summary>Bytes that a state takes here; 0 where it has no copy.</summary>
    public long BytesOf(StateBuffer state) => Holds(state) ? DeviceLayout.Ranged(state.Bytes) : 0;

    /// <summary>Makes the block large enough for all ranges and an arena of so many bytes. Costs next to nothing where it is.</summary>
    /// <exception cref="DeviceException">
    /// The device has not so much memory free. States are at home, and programs that need less can still run.
    /// </exception>
    public void Grow(long arenaBytes)
    {
        if (checked(Arena + arenaBytes) <= Bytes) return;
        foreach (var (state, copy) in _states) state.BringHomeFrom(copy);
        Replace();
        try
        {
            _block = device.Allocate(Arena + Math.Max(_arenaBytes, arenaBytes));
        }
        catch (DeviceException)
        {
            // Without the arenas of other programs, which may be gone, and without ranges that nobody refers to.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Replace();
            _block = device.Allocate(Arena + arenaBytes);
        }
        _arenaBytes = Bytes - Arena;
    }

    /// <summary>Makes the memory of the process large enough for a program. No value waits there between runs.</summary>
    /// <exception cref="DeviceException">The process cannot have so much.</exception>
    public void GrowHost(long bytes)
    {
        if (bytes <= (_host?.Bytes ?? 0)) return;
        ReleaseHost();
        _host = device.CreateHostBlock(bytes);
    }

    /// <summary>Gives everything back, and brings home the states that can be read: after a failure there may be none.</summary>
    public void Release()
    {
        foreach (var (state, copy) in _states)
            try
            {
                state.BringHomeFrom(copy);
            }
            catch (DeviceException)
            {
                // Whoever reads it is told.
            }
        Replace();
        ReleaseHost();
    }

    /// <summary>Gives the block back. Ranges that are referred to close up, for the next one.</summary>
    private void Replace()
    {
        _block?.Dispose();
        _block = null;
        lock (_lock)
        {
            Generation++;
            _holes.Clear();
            _ranges.RemoveAll(reference => !reference.TryGetTarget(out _));
            _lastingBytes = 0;
            foreach (var reference in _ranges)
            {
                if (!reference.TryGetTarget(out var range)) continue;
                range.MoveTo(_lastingBytes, Generation);
                _lastingBytes += range.Bytes;
            }
        }
    }

    private void ReleaseHost()
    {
        _host?.Dispose();
        _host = null;
    }
}
