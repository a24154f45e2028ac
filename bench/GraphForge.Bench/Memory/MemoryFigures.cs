using System.Globalization;

namespace GraphForge.Bench.Memory;

/// <summary>What one training takes. All sizes in bytes.</summary>
/// <param name="Planned">What the report said before anything was allocated.</param>
/// <param name="Ratio">Arena ÷ lower bound.</param>
/// <param name="Resident">By how much the process's resident memory grew at most.</param>
public sealed record MemoryFigures(long Planned, double Ratio, long Resident)
{
    public string Line => string.Create(CultureInfo.InvariantCulture, $"{Planned} {Ratio} {Resident}");

    /// <exception cref="BenchmarkException">This is no <see cref="Line"/>.</exception>
    public static MemoryFigures Of(string line)
    {
        var culture = CultureInfo.InvariantCulture;
        return line.Trim().Split(' ') is [var planned, var ratio, var resident] && double.TryParse(ratio, culture, out var arena)
            ? new MemoryFigures(long.Parse(planned, culture), arena, long.Parse(resident, culture))
            : throw new BenchmarkException($"a training that was to be measured said '{line}'.");
    }
}
