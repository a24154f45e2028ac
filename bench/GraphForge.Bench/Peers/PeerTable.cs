using System.Globalization;

namespace GraphForge.Bench.Peers;

/// <summary>Rows as a table of Markdown.</summary>
public static class PeerTable
{
    public const string Header =
        "| work | threads | GraphForge ms | PyTorch ms | ONNX Runtime ms | PyTorch ÷ GraphForge | ONNX Runtime ÷ GraphForge | floor ms | share of floor |\n" +
        "|---|---|---|---|---|---|---|---|---|";

    public static string Line(PeerRow row)
    {
        string[] cells =
        [
            row.Work, $"{row.Threads}", Time(row.Milliseconds), Time(row.PyTorch?.Milliseconds), Time(row.OnnxRuntime?.Milliseconds),
            Ratio(row.PyTorch), Ratio(row.OnnxRuntime), Time(row.Floor), string.Create(CultureInfo.InvariantCulture, $"{100 * row.ShareOfFloor:F0} %"),
        ];
        return $"| {string.Join(" | ", cells)} |";
    }

    /// <summary>Three significant digits, as far as they stand behind the point.</summary>
    private static string Time(double? milliseconds) => milliseconds is not { } time ? "–" : time switch
    {
        >= 100 => Text(time, "F0"),
        >= 10 => Text(time, "F1"),
        >= 1 => Text(time, "F2"),
        >= 0.1 => Text(time, "F3"),
        >= 0.01 => Text(time, "F4"),
        _ => Text(time, "F5"),
    };

    private static string Ratio(PeerTime? peer) => peer is null ? "–" : Text(peer.Ratio, "F2");

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
