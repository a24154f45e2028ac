namespace GraphForge.Runtime.Artifacts;

/// <summary>The records of a zip file, as its specification (APPNOTE 6.3) numbers and lays them out; all little-endian.</summary>
internal static class ZipFormat
{
    public const uint LocalSignature = 0x04034B50;
    public const uint CentralSignature = 0x02014B50;
    public const uint EndSignature = 0x06054B50;

    public const int LocalBytes = 30;
    public const int CentralBytes = 46;
    public const int EndBytes = 22;

    /// <summary>Version 2.0, the first with deflate.</summary>
    public const ushort Version = 20;

    /// <summary>Names are UTF-8.</summary>
    public const ushort Utf8Flag = 1 << 11;

    public const ushort Stored = 0;
    public const ushort Deflated = 8;

    /// <summary>1980-01-01, the first day there is: an artifact knows no time.</summary>
    public const ushort Date = (1 << 5) | 1;

    /// <summary>The extra field that other tools use as well to align an entry's data: two bytes of alignment, then zeros.</summary>
    public const ushort AlignmentField = 0xD935;

    public const int MaxNameBytes = 256;
    public const int MaxEntries = 4096;

    /// <summary>Without the extension for more, offsets have 32 bits.</summary>
    public const long MaxFileBytes = uint.MaxValue - 1L;

    /// <summary>Most bytes an entry that is compressed may expand to, and to how many times its size; deflate reaches 1032.</summary>
    public const long MaxInflatedBytes = 256L << 20;

    /// <summary>
    /// Whether a name stays below the folder it is extracted to, on every system: parts of letters, digits and <c>._-=+</c>,
    /// none of them dots alone.
    /// </summary>
    public static bool IsSafe(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.Length > MaxNameBytes) return false;
        foreach (var part in name.Split((byte)'/'))
        {
            var text = name[part];
            if (text.IsEmpty || text.IndexOfAnyExcept((byte)'.') < 0 || text[^1] == '.') return false;
            foreach (var c in text)
                if (!char.IsAsciiLetterOrDigit((char)c) && !"._-=+"u8.Contains(c)) return false;
        }
        return true;
    }
}
