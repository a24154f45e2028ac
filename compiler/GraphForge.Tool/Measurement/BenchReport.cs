using System.Globalization;

namespace GraphForge.Tool.Measurement;

/// <summary>What <c>graphforge bench</c> found.</summary>
/// <param name="Function">What ran.</param>
/// <param name="Extents">Extents of its symbols.</param>
/// <param name="Kernels"><c>compiled</c> here from the graph, or the <c>artifact</c>'s.</param>
/// <param name="VectorBits">Width of the vector registers they use.</param>
/// <param name="Threads">Threads of a run.</param>
/// <param name="Runs">How many were measured.</param>
/// <param name="FloatOperations">Of a run, as the graph defines it.</param>
internal sealed record BenchReport(
    string Function, IReadOnlyDictionary<string, long> Extents, string Kernels, int VectorBits, int Threads, int Runs, double FloatOperations)
{
    public required double MedianMilliseconds { get; init; }

    public required double P90Milliseconds { get; init; }

    public required double P99Milliseconds { get; init; }

    public required double FastestMilliseconds { get; init; }

    public required double SlowestMilliseconds { get; init; }

    public double RunsPerSecond => 1000 / MedianMilliseconds;

    public double GigaFlopsPerSecond => FloatOperations / MedianMilliseconds / 1e6;

    /// <summary>For people; <paramref name="description"/> says what ran.</summary>
    public string Text(string description) => string.Create(CultureInfo.InvariantCulture, $"""
        {description}, {Threads} {(Threads == 1 ? "thread" : "threads")}, {Runs} runs
        median {MedianMilliseconds:0.000#} ms, 90 % within {P90Milliseconds:0.000#} ms, 99 % within {P99Milliseconds:0.000#} ms
        fastest {FastestMilliseconds:0.000#} ms, slowest {SlowestMilliseconds:0.000#} ms
        {RunsPerSecond:0.#} runs a second, {GigaFlopsPerSecond:0.##} GFLOP/s of {FloatOperations:#,0} operations a run
        """);
}
