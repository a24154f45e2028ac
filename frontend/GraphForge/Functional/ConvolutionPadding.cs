using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <summary>
/// What a convolution puts around its input: as many elements on both sides of each spatial axis as given (one number stands
/// for all axes), none (<see cref="Valid"/>), or as many as keep the extents (<see cref="Same"/>).
/// </summary>
public readonly struct ConvolutionPadding
{
    private readonly EquatableArray<long> _extents;
    private readonly bool _same;

    private ConvolutionPadding(EquatableArray<long> extents, bool same = false) => (_extents, _same) = (extents, same);

    /// <summary>No padding.</summary>
    public static ConvolutionPadding Valid => default;

    /// <summary>
    /// Outputs of the input's extents, for strides of 1: dilation · (kernel − 1) elements an axis, the odd one at the end.
    /// </summary>
    public static ConvolutionPadding Same => new([], same: true);

    public static implicit operator ConvolutionPadding(int all) => new([all]);

    public static implicit operator ConvolutionPadding(Size2d each) => new(each.Extents);

    public static implicit operator ConvolutionPadding(Size3d each) => new(each.Extents);

    public static implicit operator ConvolutionPadding((int Height, int Width) each) => new([each.Height, each.Width]);

    public static implicit operator ConvolutionPadding((int Depth, int Height, int Width) each) =>
        new([each.Depth, each.Height, each.Width]);

    public override string ToString() => _same ? "same" : _extents.Count == 0 ? "0" : SpatialAxes.Text(_extents);

    /// <summary>The windows of a convolution with this padding.</summary>
    /// <param name="kernel">One entry a spatial axis, as all settings.</param>
    /// <param name="stride">Distance between windows.</param>
    /// <param name="dilation">Distance between the positions of a window.</param>
    /// <param name="problem">What does not fit, as the end of a sentence that starts with a layer; null if nothing.</param>
    internal WindowGeometry Windows(
        EquatableArray<long> kernel, EquatableArray<long> stride, EquatableArray<long> dilation, out string? problem)
    {
        problem = null;
        if (_same)
        {
            if (stride.Any(s => s != 1))
                problem = $"keeps its input's extents with padding same only at stride 1, but was given {SpatialAxes.Text(stride)}.";
            var total = kernel.Zip(dilation, (k, d) => Math.Max(0, d * (k - 1))).ToArray();
            return new(kernel, stride, total.Select(t => t / 2).ToEquatable(), total.Select(t => t - t / 2).ToEquatable(), dilation);
        }
        if (_extents.Count > 1 && _extents.Count != kernel.Count)
            problem = $"needs one padding, or one for each of {kernel.Count} spatial axes, but was given {this}.";
        var each = _extents.Count == kernel.Count ? _extents : SpatialAxes.Each(kernel.Count, _extents.FirstOrDefault());
        return new(kernel, stride, each, each, dilation);
    }
}
