using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Ops;

/// <summary>Every position of every window, as the naive references visit them.</summary>
internal static class WindowTerms
{
    /// <summary>
    /// Offsets of the window and of the element in their tensors, row-major, and the flat position in the window, which
    /// runs fastest and upwards; the element is −1 in padding.
    /// </summary>
    public static IEnumerable<(int Window, int Element, int Position)> Terms(
        this WindowGeometry windows, Shape input, Shape output)
    {
        var leading = input.Rank - windows.Rank;
        var (inputStrides, outputStrides) = (input.Strides(), output.Strides());
        foreach (var at in IndexSpace.Each(output.Values))
        {
            var position = 0;
            foreach (var tap in IndexSpace.Each(windows.Kernel))
            {
                var element = windows.Locate(at.AsSpan(leading), tap, input.Dims.AsSpan()[leading..]);
                var offset = element is null ? -1 : IndexSpace.Offset([.. at.AsSpan(0, leading), .. element], inputStrides);
                yield return (IndexSpace.Offset(at, outputStrides), offset, position++);
            }
        }
    }

    /// <summary>The element at a position of a window; null in padding.</summary>
    public static long[]? Locate(
        this WindowGeometry windows, ReadOnlySpan<long> window, ReadOnlySpan<long> position, ReadOnlySpan<Dim> extents)
    {
        var element = new long[windows.Rank];
        for (var axis = 0; axis < element.Length; axis++)
        {
            element[axis] = window[axis] * windows.Stride[axis] + position[axis] * windows.Dilation[axis] - windows.PadLow[axis];
            if (element[axis] < 0 || element[axis] >= extents[axis].Value) return null;
        }
        return element;
    }
}
