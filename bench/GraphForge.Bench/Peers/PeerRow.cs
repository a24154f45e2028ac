namespace GraphForge.Bench.Peers;

/// <summary>What was measured of one work.</summary>
/// <param name="Work">Its name.</param>
/// <param name="Threads">Threads of every side.</param>
/// <param name="Milliseconds">Of GraphForge, the median of all rounds.</param>
/// <param name="PyTorch">Null where it was not measured.</param>
/// <param name="OnnxRuntime">Null where it was not measured.</param>
/// <param name="Floor">Milliseconds that nothing can beat by much.</param>
public sealed record PeerRow(string Work, int Threads, double Milliseconds, PeerTime? PyTorch, PeerTime? OnnxRuntime, double Floor)
{
    public double ShareOfFloor => Floor / Milliseconds;
}

/// <summary>What was measured of another library.</summary>
/// <param name="Milliseconds">The median of all rounds.</param>
/// <param name="Ratio">Its time ÷ GraphForge's in the same round, the median of all rounds.</param>
public sealed record PeerTime(double Milliseconds, double Ratio)
{
    /// <param name="own">Milliseconds of the other library, one a round.</param>
    /// <param name="graphForge">Milliseconds of GraphForge, one a round.</param>
    public static PeerTime Of(IReadOnlyList<double> own, IReadOnlyList<double> graphForge) =>
        new(RunTime.Median(own), RunTime.Median(own.Zip(graphForge, (o, g) => o / g)));
}
