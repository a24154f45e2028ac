using System.Globalization;
using System.Text.RegularExpressions;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>A way to carry a contraction out as text: <c>result 6x4, rows 22, panels 8, sum 512, packs vector, broadcast side by side</c>.</summary>
public static partial class ScheduleChoiceText
{
    /// <summary>Whether a text is one that could have been written here, be there such a choice for some kernel or not.</summary>
    public static bool IsChoice(string text) => text == ScheduleRecord.Model || Pattern().IsMatch(text);

    internal static string Of(ContractionShape shape, ContractionBlocking blocking)
    {
        var lanes = shape.Choice == LaneChoice.Summed ? "sum" : "result";
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{lanes} {blocking.Tile.Rows}x{blocking.Tile.Columns}, rows {blocking.RowUnits}, panels {blocking.Panels}, sum {blocking.SumStep}");
        return text + (blocking.PacksVector ? ", packs vector" : "") + blocking.Broadcast switch
        {
            BroadcastPacking.SideBySide => ", broadcast side by side",
            BroadcastPacking.Rows => ", broadcast rows",
            _ => "",
        };
    }

    [GeneratedRegex(@"^(result|sum) \d+x\d+, rows \d+, panels \d+, sum \d+(, packs vector)?(, broadcast (side by side|rows))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
