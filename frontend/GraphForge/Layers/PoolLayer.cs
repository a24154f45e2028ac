using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Layers;

/// <summary>What pools share: windows over the last axes, and the checks of their settings and input.</summary>
public abstract class PoolLayer : Module
{
    private readonly EquatableArray<long> _padding;

    private protected PoolLayer(EquatableArray<long> kernelSize, EquatableArray<long> stride, EquatableArray<long> padding,
        EquatableArray<long> dilation, bool ceilMode)
    {
        _padding = padding;
        CeilMode = ceilMode;
        Windows = new WindowGeometry(kernelSize, stride, padding, padding, dilation);
        if (Windows.BadSetting() is { } problem) throw Error(ErrorCode.BadAttribute, problem);
        // More padding would make windows of nothing but padding.
        if (kernelSize.Zip(padding).Any(axis => 2 * axis.Second > axis.First))
            throw Error(ErrorCode.BadAttribute, "needs a padding of at most half its kernelSize " +
                $"{SpatialAxes.Text(kernelSize)} but was given {SpatialAxes.Text(padding)}.");
    }

    private protected WindowGeometry Windows { get; }

    private protected bool CeilMode { get; }

    public sealed override Tensor Forward(Tensor input)
    {
        if (input.Rank != Windows.Rank + 2)
            throw Error(ErrorCode.ShapeMismatch, $"takes {SpatialAxes.Layout(Windows.Rank, "C")} but was given {input.Shape}; " +
                $"reshape the input to a batch of {SpatialAxes.Samples(Windows.Rank)} with channels.");
        if (Windows.TooLargeFor(input.Shape) is { } side)
            throw Error(ErrorCode.ShapeMismatch, $"has windows that reach over {side} but was given {input.Shape} " +
                $"with padding {SpatialAxes.Text(_padding)}; use a smaller kernelSize.");
        using var scope = Enter();
        return Pool(input);
    }

    private protected abstract Tensor Pool(Tensor input);
}
