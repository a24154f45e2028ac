using System.Runtime.ExceptionServices;

namespace GraphForge.Runtime;

/// <summary>
/// The exception that a run ends with. Of several it is the one of the earliest step and lowest worker, so that it does not
/// depend on timing.
/// </summary>
internal sealed class RegionFailure
{
    private readonly Lock _lock = new();
    private int _step = int.MaxValue;
    private int _worker;
    private Exception? _exception;

    public void Record(int step, int worker, Exception exception)
    {
        lock (_lock)
        {
            if (step > _step || (step == _step && worker > _worker)) return;
            _worker = worker;
            _exception = exception;
            Volatile.Write(ref _step, step);
        }
    }

    /// <summary>
    /// Whether a step before this one has failed. Asked by every worker after the barrier before that step, the answer is the
    /// same for all: earlier steps are over, and failures of later ones do not count.
    /// </summary>
    public bool IsBefore(int step) => Volatile.Read(ref _step) < step;

    /// <summary>Throws the exception on this thread, if there is one, and forgets it.</summary>
    public void ThrowIfAny()
    {
        if (_exception is not { } exception) return;
        _exception = null;
        _step = int.MaxValue;
        ExceptionDispatchInfo.Throw(exception);
    }
}
