namespace GraphForge.Execution;

/// <summary>A step, or an evaluation, that was started. Others wait until it is disposed.</summary>
internal readonly ref struct TrainingRun(TrainingProgram program, StateAccess.Held held, RunLease lease)
{
    public RunLease Lease => lease;

    /// <summary>Waits for the results; gives the loss.</summary>
    /// <param name="metrics">Receives the metrics.</param>
    public float Finish(Span<double> metrics) => program.Finish(lease, metrics);

    /// <param name="predicted">Receives one class a decision.</param>
    public void GetPredicted<T>(Span<T> predicted) where T : unmanaged => program.GetPredicted(lease, predicted);

    public void Dispose()
    {
        lease.Dispose();
        held.Dispose();
    }
}
