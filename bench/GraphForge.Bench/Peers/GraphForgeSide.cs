namespace GraphForge.Bench.Peers;

/// <summary>This process.</summary>
/// <param name="options">How works are compiled, and where they run.</param>
public sealed class GraphForgeSide(CompileOptions options) : Side
{
    private PreparedRun? _run;

    public override string Name => $"GraphForge {typeof(Module).Assembly.GetName().Version?.ToString(3)}";

    public override bool Does(Work work) => true;

    public override void Prepare(Work work, string folder)
    {
        _run?.Dispose();
        // Only PyTorch makes the folder: without it weights and inputs are made up.
        using var given = Directory.Exists(folder) ? new WorkCase(folder) : null;
        _run = work.Prepare(given, options);
    }

    public override double Time(double seconds) => RunTime.Median(_run!.Milliseconds, seconds);

    public override void Dispose() => _run?.Dispose();
}
