using System.Runtime.InteropServices;

namespace GraphForge.Runtime;

/// <summary>
/// A number that only grows, and threads that wait for it to reach a value. Growing it is one atomic add when nobody is
/// parked. A waiter spins, then yields its core, then parks, so that waiting neither burns a core nor hangs where there are
/// more threads than cores.
/// </summary>
/// <param name="spins">Checks, some tens of nanoseconds apart, before a waiter gives its core away.</param>
internal sealed class WaitableCounter(int spins)
{
    /// <summary>Lets a thread that shares our core finish its step; parking costs some ten times as much as a yield.</summary>
    private const int Yields = 8;

    private readonly object _gate = new();
    private PaddedNumber _number;
    private int _parked;

    public long Value => Volatile.Read(ref _number.Value);

    /// <summary>Threads that are parked or about to be.</summary>
    public int Parked => Volatile.Read(ref _parked);

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

    public void WaitFor(long target)
    {
        for (var spin = 0; spin < spins; spin++)
        {
            if (Value >= target) return;
            Thread.SpinWait(1);
        }

        for (var yield = 0; yield < Yields; yield++)
        {
            if (Value >= target) return;
            Thread.Yield();
        }

        Park(target);
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

    /// <summary>Alone on its cache lines (and their prefetched neighbours), so that spinning disturbs no other field.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct PaddedNumber
    {
        [FieldOffset(128)]
        public long Value;
    }
}
