using System.Globalization;
using System.Text;
using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Memory;

/// <summary>A value alive when the most bytes are.</summary>
public readonly record struct LiveValue(string Name, long Bytes, SourceLocation Source);

/// <summary>What a compiled program needs, known before anything is allocated. All sizes in bytes.</summary>
/// <param name="ArenaBytes">Planned peak: inputs, intermediates and outputs.</param>
/// <param name="LowerBound">Largest sum of simultaneously live bytes in the chosen order.</param>
/// <param name="StateBytes">Parameters and optimizer state.</param>
/// <param name="ConstantBytes">Constants of the program.</param>
/// <param name="PreparedBytes">Values computed once from the states for all runs, and what computing them takes.</param>
/// <param name="ScratchBytes">Private working memory of all workers.</param>
/// <param name="Timeline">Live arena bytes while each step runs, in execution order.</param>
/// <param name="PeakStep">Name of the step with the most live bytes; empty for a program without steps.</param>
/// <param name="LargestAtPeak">The largest values alive then, largest first, at most ten.</param>
public sealed record MemoryReport(
    long ArenaBytes,
    long LowerBound,
    long StateBytes,
    long ConstantBytes,
    long PreparedBytes,
    long ScratchBytes,
    IReadOnlyList<long> Timeline,
    string PeakStep,
    IReadOnlyList<LiveValue> LargestAtPeak)
{
    /// <summary>Everything the program allocates.</summary>
    public long TotalBytes => ArenaBytes + StateBytes + ConstantBytes + PreparedBytes + ScratchBytes;

    /// <summary>Planned peak ÷ lower bound; 1 when nothing is wasted.</summary>
    public double Ratio => LowerBound == 0 ? 1 : (double)ArenaBytes / LowerBound;

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"total {Text(TotalBytes)}: arena {Text(ArenaBytes)}, ");
        text.Append(CultureInfo.InvariantCulture, $"states {Text(StateBytes)}, constants {Text(ConstantBytes)}, ");
        if (PreparedBytes > 0) text.Append(CultureInfo.InvariantCulture, $"prepared {Text(PreparedBytes)}, ");
        text.Append(CultureInfo.InvariantCulture, $"scratch {Text(ScratchBytes)}\n");
        text.Append(CultureInfo.InvariantCulture, $"arena ÷ lower bound {Ratio:0.000} ({Text(LowerBound)} live at once)\n");
        if (LargestAtPeak.Count == 0) return text.ToString();
        text.Append(CultureInfo.InvariantCulture, $"largest values at the peak, {PeakStep}:\n{DescribePeak()}");
        return text.ToString();
    }

    /// <summary>One line for each of <see cref="LargestAtPeak"/>: size, name, the user's line.</summary>
    internal string DescribePeak(int count = int.MaxValue) => string.Concat(LargestAtPeak.Take(count).Select(v =>
        $"  {Text(v.Bytes),10}  {v.Name}{(v.Source.IsKnown ? $"  {v.Source}" : "")}\n"));

    /// <summary>A size in the largest binary unit that keeps it at or above one.</summary>
    internal static string Text(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double size = bytes;
        var unit = 0;
        for (; Math.Abs(size) >= 1024 && unit < units.Length - 1; unit++) size /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 ? size : Math.Round(size, 2))} {units[unit]}");
    }
}
