using System.Numerics;
using System.Runtime.InteropServices;

namespace GraphForge.Runtime.Artifacts;

/// <summary>What a run asks of an input whose elements it reads as class numbers or positions. Checking allocates nothing.</summary>
/// <param name="Input">Name of the input.</param>
/// <param name="Dims">Its extents.</param>
/// <param name="Count">The elements are in 0..Count - 1.</param>
/// <param name="Ignored">A number that is allowed besides; null if there is none.</param>
/// <param name="Demand">Who asks, as the beginning of a sentence that the range ends: <c>Embedding 'tokens' has rows</c>.</param>
/// <param name="Part">Which elements are read; null for all.</param>
public sealed record IndexCheck(string Input, IReadOnlyList<long> Dims, long Count, long? Ignored, string Demand, IndexPart? Part)
{
    private readonly long[] _dims = [.. Dims];
    private readonly (long Start, long Length, long Step)[]? _part =
        Part is null ? null : [.. Part.Starts.Zip(Part.Lengths, Part.Steps)];

    /// <summary>What is wrong with the first element that is read and out of range; null if none is.</summary>
    /// <param name="type">An integer type.</param>
    /// <param name="bytes">The input's elements, row-major; along its first axis there may be those of more runs.</param>
    public string? Problem(DType type, ReadOnlySpan<byte> bytes) => type switch
    {
        DType.Int64 => Problem(MemoryMarshal.Cast<byte, long>(bytes)),
        DType.Int32 => Problem(MemoryMarshal.Cast<byte, int>(bytes)),
        _ => Problem(bytes),
    };

    private string? Problem<T>(ReadOnlySpan<T> values) where T : IBinaryInteger<T>
    {
        for (var i = 0; i < values.Length; i++)
        {
            var value = long.CreateTruncating(values[i]);
            // A negative one is a large one without a sign.
            if ((ulong)value >= (ulong)Count && value != Ignored && IsRead(i)) return Described(i, value);
        }
        return null;
    }

    private bool IsRead(long position)
    {
        if (_part is null) return true;
        for (var axis = _dims.Length - 1; axis >= 0; axis--)
        {
            var index = axis == 0 ? position : position % _dims[axis];
            position /= _dims[axis];
            if (axis == 0 && IsWhole(axis)) continue;
            var (place, offset) = Math.DivRem(index - _part[axis].Start, _part[axis].Step);
            if (offset != 0 || place < 0 || place >= _part[axis].Length) return false;
        }
        return true;
    }

    private bool IsWhole(int axis) => _part![axis].Length == _dims[axis] && _part[axis].Step == 1;

    private string Described(int position, long value)
    {
        var besides = Ignored is { } label && (label < 0 || label >= Count) ? $", and ignores {label}" : "";
        return $"element {position} of the input '{Input}' is {value}, but {Demand} 0..{Count - 1}{besides}.";
    }
}
