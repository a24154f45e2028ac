namespace GraphForge.Runtime;

/// <summary>One thread's place in a parallel region.</summary>
/// <remarks>
/// The barrier is a counter of arrivals that is never reset: barrier number k of a region is passed once the counter has
/// grown by k times the team's size. A thread that is late to look can then never miss a barrier, which a counter that
/// starts again at zero has to prevent by reversing its sense.
/// </remarks>
internal struct TeamMember
{
    private readonly WaitableCounter _arrivals;
    private long _target;

    /// <param name="arrivals">The team's counter of arrivals.</param>
    /// <param name="passed">Its value when the region began.</param>
    /// <param name="index">This member's number; 0 is the thread that called.</param>
    /// <param name="teamSize">Members of the team.</param>
    public TeamMember(WaitableCounter arrivals, long passed, int index, int teamSize)
    {
        _arrivals = arrivals;
        _target = passed;
        Index = index;
        TeamSize = teamSize;
    }

    public int Index { get; }

    public int TeamSize { get; }

    /// <summary>Returns once every member has arrived; what they wrote before is then visible to this one.</summary>
    public void Barrier()
    {
        if (!Arrive()) _arrivals.WaitFor(_target);
    }

    /// <summary>Arrives at the last barrier without waiting for the others.</summary>
    public void Leave() => Arrive();

    private bool Arrive()
    {
        _target += TeamSize;
        if (_arrivals.Increment() < _target) return false;
        _arrivals.Release();
        return true;
    }
}
