namespace GraphForge.Runtime;

/// <summary>
/// A number that only grows, and threads that wait for it to reach a value. Growing it is one atomic add when nobody is
/// parked. A waiter spins, then parks, so that waiting neither burns a core nor hangs where there are more threads than cores.
/// It never just yields: on a busy machine that gives away a whole slice of time for a wait of microseconds.
/// </summary>
/// <param name="mostSpins">Most checks, some tens of nanoseconds apart, before a waiter parks.</param>
internal sealed class WaitableCounter(int mostSpins)
{
    /// <summary>Some 3 µs, where spinning has proved useless: parking and being woken takes longer.</summary>
    private const int FewestSpins = 80;

    private readonly object _gate = new();
    private PaddedNumber _number;
    private int _parked;

    public long Value => Volatile.Read(ref _number.Value);

    /// <summary>Threads that are parked or about to be.</summary>
    public int Parked => Volatile.Read(ref _parked);

    /// <summary>Adds to the number what no thread counts to.</summary>
    public void Skip(long amount) => Interlocked.Add(ref _number.Value, amount);

    /// <summary>Adds one and returns the sum. Whoever reaches a value that others wait for calls <see cref="Release"/>.</summary>
    public long Increment() => Interlocked.Increment(ref _number.Value);

    /// <summary>Wakes the parked threads; each returns if its target has been reached.</summary>
    /// <remarks>
    /// No wake-up is lost: the caller has grown the number before it reads <see cref="_parked"/>, a waiter counts itself as
    /// parked before it reads the number, and both are full fences, so at least one of them sees the other.
    /// </remarks>
    public void Release()
    {
        if (Volatile.Read(ref _parked) == 0) return;
        var interrupted = false;
        while (!TryPulse(ref interrupted)) { }
        if (interrupted) Thread.CurrentThread.Interrupt();
    }

    /// <summary>Returns once the target is reached.</summary>
    /// <param name="target">A value the number will have.</param>
    /// <param name="spins">
    /// This thread's checks before it parks: halved whenever they were in vain, as on a machine that takes threads off their
    /// cores, and slowly more whenever they were not.
    /// </param>
    public void WaitFor(long target, ref int spins)
    {
        if (SpinFor(target, spins))
        {
            spins = Math.Min(mostSpins, spins + spins / 8 + 1);
            return;
        }

        spins = Math.Max(FewestSpins, spins / 2);
        Park(target);
    }

    private bool SpinFor(long target, int spins)
    {
        for (var spin = 0; spin < spins; spin++)
        {
            if (Value >= target) return true;
            Thread.SpinWait(1);
        }

        return Value >= target;
    }

    /// <remarks>
    /// An interrupt must not end the wait: other threads still work on the caller's memory. It is handed on afterwards.
    /// </remarks>
    private void Park(long target)
    {
        var interrupted = false;
        Interlocked.Increment(ref _parked);
        while (!TryWait(target, ref interrupted)) { }
        Interlocked.Decrement(ref _parked);
        if (interrupted) Thread.CurrentThread.Interrupt();
    }

    private bool TryWait(long target, ref bool interrupted)
    {
        try
        {
            lock (_gate)
            {
                while (Value < target) Monitor.Wait(_gate);
            }

            return true;
        }
        catch (ThreadInterruptedException)
        {
            interrupted = true;
            return false;
        }
    }

    private bool TryPulse(ref bool interrupted)
    {
        try
        {
            lock (_gate) Monitor.PulseAll(_gate);
            return true;
        }
        catch (ThreadInterruptedException)
        {
            interrupted = true;
            return false;
        }
    }
}
