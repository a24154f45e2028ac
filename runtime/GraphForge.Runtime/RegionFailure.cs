using System.Runtime.ExceptionServices;

namespace GraphForge.Runtime;

/// <summary>
/// The exception that a run ends with. Of several it is the one of the earliest time and lowest worker, so that it does not
/// depend on timing. Time is counted in barriers and steps, and so the same for all workers.
/// </summary>
internal sealed class RegionFailure
{
    private readonly Lock _lock = new();
    private long _time = long.MaxValue;
    private int _worker;
    private Exception? _exception;

    public void Record(long time, int worker, Exception exception)
    {
        lock (_lock)
        {
            if (time > _time || (time == _time && worker > _worker)) return;
            _worker = worker;
            _exception = exception;
            Volatile.Write(ref _time, time);
        }
    }

    /// <summary>
    /// Whether a step before this time has failed. Asked by every worker right after a barrier, the answer is the same for all:
    /// earlier steps are over, and failures of later ones do not count.
    /// </summary>
    public bool IsBefore(long time) => Volatile.Read(ref _time) < time;

    /// <summary>Throws the exception on this thread, if there is one, and forgets it.</summary>
    public void ThrowIfAny()
    {
        if (_exception is not { } exception) return;
        _exception = null;
        _time = long.MaxValue;
        ExceptionDispatchInfo.Throw(exception);
    }
}
