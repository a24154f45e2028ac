using System.Runtime.InteropServices;

namespace GraphForge.Runtime.Serialization;

/// <summary>An element type of the safetensors format, and how it becomes one of ours.</summary>
/// <param name="Name">As in a header.</param>
/// <param name="Bits">Size of one element.</param>
/// <param name="DType">What it is read as: the narrowest type that holds every value; null where it cannot be read.</param>
/// <param name="Read">Converts elements; null where their bytes are taken as they are.</param>
internal sealed record SafetensorsType(string Name, int Bits, DType? DType, SafetensorsType.Conversion? Read = null)
{
    /// <summary>Converts all elements of <paramref name="file"/>; gives false at a value that has no equal in the other type.</summary>
    public delegate bool Conversion(ReadOnlySpan<byte> file, Span<byte> elements);

    /// <summary>All types, in the order in which the reference implementation writes tensors, widest first.</summary>
    public static IReadOnlyList<SafetensorsType> All { get; } =
    [
        new("U64", 64, Runtime.DType.Int64, NotNegative),
        new("I64", 64, Runtime.DType.Int64),
        new("F64", 64, Runtime.DType.Float64),
        new("C64", 64, null),
        new("F32", 32, Runtime.DType.Float32),
        new("U32", 32, Runtime.DType.Int64, (file, elements) => Convert<uint, long>(file, elements, x => x)),
        new("I32", 32, Runtime.DType.Int32),
        new("BF16", 16, Runtime.DType.BFloat16),
        new("F16", 16, Runtime.DType.Float16),
        new("U16", 16, Runtime.DType.Int32, (file, elements) => Convert<ushort, int>(file, elements, x => x)),
        new("I16", 16, Runtime.DType.Int32, (file, elements) => Convert<short, int>(file, elements, x => x)),
        new("F8_E5M2FNUZ", 8, null),
        new("F8_E4M3FNUZ", 8, null),
        new("F8_E8M0", 8, null),
        new("F8_E4M3", 8, null),
        new("F8_E5M2", 8, null),
        new("I8", 8, Runtime.DType.Int32, (file, elements) => Convert<sbyte, int>(file, elements, x => x)),
        new("U8", 8, Runtime.DType.UInt8),
        new("F6_E3M2", 6, null),
        new("F6_E2M3", 6, null),
        new("F4", 4, null),
        new("BOOL", 8, Runtime.DType.Bool, ZeroOrOne),
    ];

    /// <summary>The type whose elements are stored just as ours.</summary>
    public static SafetensorsType Of(DType dtype) => All.First(t => t.DType == dtype && (t.Read is null || dtype == Runtime.DType.Bool));

    private static bool Convert<TFile, TElement>(ReadOnlySpan<byte> file, Span<byte> elements, Func<TFile, TElement> convert)
        where TFile : unmanaged where TElement : unmanaged
    {
        var from = MemoryMarshal.Cast<byte, TFile>(file);
        var to = MemoryMarshal.Cast<byte, TElement>(elements);
        for (var i = 0; i < from.Length; i++) to[i] = convert(from[i]);
        return true;
    }

    private static bool NotNegative(ReadOnlySpan<byte> file, Span<byte> elements)
    {
        file.CopyTo(elements);
        foreach (var value in MemoryMarshal.Cast<byte, long>(elements))
            if (value < 0) return false;
        return true;
    }

    private static bool ZeroOrOne(ReadOnlySpan<byte> file, Span<byte> elements)
    {
        file.CopyTo(elements);
        return !file.ContainsAnyExceptInRange((byte)0, (byte)1);
    }
}
