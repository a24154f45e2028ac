using System.Diagnostics;

namespace GraphForge.Runtime;

/// <summary>Divides the time of a run among its steps, as one thread sees it.</summary>
internal sealed class StepTimer(int steps)
{
    private readonly long[] _ticks = new long[steps];
    private int _step;
    private long _since;

    public bool IsRunning { get; private set; }

    public void Begin()
    {
        IsRunning = true;
        _step = -1;
    }

    /// <summary>Adds the time since the last call to the step of that call.</summary>
    public void Start(int step)
    {
        var now = Stopwatch.GetTimestamp();
        if (_step >= 0) _ticks[_step] += now - _since;
        (_step, _since) = (step, now);
    }

    /// <summary>Ends the last step and gives away what was measured.</summary>
    public void End(Span<long> ticks)
    {
        Start(-1);
        IsRunning = false;
        _ticks.CopyTo(ticks);
        Array.Clear(_ticks);
    }
}
