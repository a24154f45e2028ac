using System.Runtime.InteropServices;

namespace GraphForge.Compiler.Graph;

/// <summary>FNV-1a, 64 bit: the same in every process, unlike <see cref="HashCode"/>.</summary>
internal static class StableHashing
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static ulong Of(string text) => Of(MemoryMarshal.AsBytes(text.AsSpan()));

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = Offset;
        foreach (var b in bytes) hash = (hash ^ b) * Prime;
        return hash;
    }

    public static ulong Combine(ulong a, ulong b) => (a ^ (b + 0x9E3779B97F4A7C15 + (a << 6) + (a >> 2))) * Prime;
}
