using System.Globalization;

namespace GraphForge.Tool.Options;

/// <summary>Sizes as people write them.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, double Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1),
    ];

    /// <summary>Reads <c>64MB</c>, <c>1.5 GiB</c> or <c>4096</c>: more than 0 bytes and less than 2⁶³.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var (unit, factor) = Units.FirstOrDefault(u => text.EndsWith(u.Unit, StringComparison.OrdinalIgnoreCase), ("", 1));
        if (!double.TryParse(text[..^unit.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)) return false;
        if (count * factor is not (>= 1 and < long.MaxValue)) return false;
        bytes = (long)(count * factor);
        return true;
    }
}
