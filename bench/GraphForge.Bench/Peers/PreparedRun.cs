namespace GraphForge.Bench.Peers;

/// <summary>A work that is ready to be timed.</summary>
/// <param name="once">Does it once.</param>
/// <param name="holder">Holds what it needs; null where nothing must be freed.</param>
public sealed class PreparedRun(Action once, IDisposable? holder) : IDisposable
{
    public Action Once => once;

    public void Dispose() => holder?.Dispose();
}
