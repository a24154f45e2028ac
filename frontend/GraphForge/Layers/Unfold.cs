namespace GraphForge.Layers;

/// <summary>[N, C, H, W] → [N, C·kH·kW, L]: the elements of each of the L windows of a convolution, as a column.</summary>
/// <param name="kernelSize">Extent of a window.</param>
/// <param name="dilation">Distance between the elements of one window.</param>
/// <param name="padding">Zeros around the image.</param>
/// <param name="stride">Distance between windows.</param>
public sealed class Unfold(Size2d kernelSize, Size2d? dilation = null, Size2d padding = default, Size2d? stride = null) : Module
{
    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return Functional.Unfold(input, kernelSize, dilation, padding, stride);
    }
}

/// <summary>[N, C·kH·kW, L] → [N, C, H, W]: the transpose of <see cref="Unfold"/>, which adds the elements of all windows where they came from.</summary>
/// <param name="outputSize">H and W.</param>
/// <param name="kernelSize">Extent of a window.</param>
/// <param name="dilation">Distance between the elements of one window.</param>
/// <param name="padding">Zeros around the image.</param>
/// <param name="stride">Distance between windows.</param>
public sealed class Fold(Size2d outputSize, Size2d kernelSize, Size2d? dilation = null, Size2d padding = default, Size2d? stride = null) : Module
{
    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return Functional.Fold(input, outputSize, kernelSize, dilation, padding, stride);
    }
}
