using System.Numerics;
using System.Runtime.InteropServices;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;
using GraphForge.Tracing;

namespace GraphForge.Execution;

/// <summary>A range for indices where all extents are numbers. Checking allocates nothing.</summary>
internal sealed class BoundRange
{
    private readonly IndexRange _range;
    private readonly long _count;
    private readonly long? _ignored;
    private readonly long[] _dims;
    private readonly Slice? _part;

    public BoundRange(IndexRange range, Shape input, IReadOnlyDictionary<DimSymbol, long> binding)
    {
        (_range, _count, _ignored) = (range, range.Count.Bind(binding).Value, range.Ignored);
        _dims = [.. input.Bind(binding).Values];
        _part = (Slice?)range.Elements.Part?.Bind(binding);
    }

    /// <param name="dtype">An integer type.</param>
    /// <param name="bytes">The input's elements, row-major; along its first axis there may be those of more runs.</param>
    /// <exception cref="GraphException">An element that is read is out of range.</exception>
    public void Check(DType dtype, ReadOnlySpan<byte> bytes)
    {
        if (dtype == DType.Int64) Check(MemoryMarshal.Cast<byte, long>(bytes));
        else if (dtype == DType.Int32) Check(MemoryMarshal.Cast<byte, int>(bytes));
        else Check(bytes);
    }

    private void Check<T>(ReadOnlySpan<T> values) where T : IBinaryInteger<T>
    {
        for (var i = 0; i < values.Length; i++)
        {
            var value = long.CreateTruncating(values[i]);
            // A negative one is a large one without a sign.
            if ((ulong)value >= (ulong)_count && value != _ignored && IsRead(i)) throw OutOfRange(i, value);
        }
    }

    private bool IsRead(long position)
    {
        if (_part is null) return true;
        for (var axis = _dims.Length - 1; axis >= 0; axis--)
        {
            var index = axis == 0 ? position : position % _dims[axis];
            position /= _dims[axis];
            if (axis == 0 && IsWhole(axis)) continue;
            var (place, offset) = Math.DivRem(index - _part.Starts[axis].Value, _part.Steps[axis]);
            if (offset != 0 || place < 0 || place >= _part.Lengths[axis].Value) return false;
        }
        return true;
    }

    private bool IsWhole(int axis) => _part!.Lengths[axis].Value == _dims[axis] && _part.Steps[axis] == 1;

    private GraphException OutOfRange(int position, long value)
    {
        var besides = _ignored is { } label && (label < 0 || label >= _count) ? $", and ignores {label}" : "";
        return new GraphException(ErrorCode.BadRunArgument, $"element {position} of the input '{_range.Elements.Input}' is {value}, " +
            $"but {_range.Demand} 0..{_count - 1}{besides}.", _range.Site);
    }
}
