namespace GraphForge.Bench.Peers;

/// <summary>A work that is ready to be timed.</summary>
/// <param name="milliseconds">Does it once, and gives the time it took.</param>
/// <param name="holder">Holds what it needs; null where nothing must be freed.</param>
public sealed class PreparedRun(Func<double> milliseconds, IDisposable? holder = null) : IDisposable
{
    /// <param name="once">Does it once; the time until it returns is what counts.</param>
    /// <param name="holder">Holds what it needs; null where nothing must be freed.</param>
    public PreparedRun(Action once, IDisposable? holder) : this(() => RunTime.Of(once), holder) { }

    /// <summary>Does it once, and gives the time it took.</summary>
    public Func<double> Milliseconds => milliseconds;

    public void Dispose() => holder?.Dispose();
}
