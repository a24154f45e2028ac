using GraphForge.Compiler.Graph;
using GraphForge.Initialization;

namespace GraphForge.Layers;

/// <summary>Convolution of images: [N, inChannels, H, W] → [N, outChannels, H', W']; see <see cref="Functional.Conv2d"/>.</summary>
public sealed class Conv2d : Module
{
    private readonly Window2d _window;
    private readonly int _groups;

    /// <exception cref="GraphException">A setting is out of range, or the groups do not divide the channels.</exception>
    public Conv2d(int inChannels, int outChannels, Size2d kernelSize, Size2d? stride = null, Size2d padding = default,
        Size2d? dilation = null, int groups = 1, bool bias = true)
    {
        _window = new Window2d(kernelSize, stride ?? 1, padding, dilation ?? 1);
        _groups = groups;
        Check(inChannels, outChannels);
        InChannels = inChannels;
        OutChannels = outChannels;
        Weight = new Parameter(
            Init.KaimingUniform(a: Math.Sqrt(5)), outChannels, inChannels / groups, kernelSize.Height, kernelSize.Width);
        var bound = 1 / Math.Sqrt((double)inChannels / groups * kernelSize.Height * kernelSize.Width);
        Bias = bias ? new Parameter(Init.Uniform(-bound, bound), outChannels) : null;
    }

    public int InChannels { get; }

    public int OutChannels { get; }

    public Size2d KernelSize => _window.KernelSize;

    /// <summary>[outChannels, inChannels / groups, kernel height, kernel width].</summary>
    public Parameter Weight { get; }

    /// <summary>[outChannels], or null.</summary>
    public Parameter? Bias { get; }

    public override Tensor Forward(Tensor input)
    {
        if (input.Rank != 4 || !input.Shape[1].Is(InChannels))
            throw Error(ErrorCode.ShapeMismatch, $"takes [N, {InChannels}, H, W] but was given {input.Shape}; {Remedy(input)}.");
        if (_window.TooLargeFor(input.Shape) is { } side)
            throw Error(ErrorCode.ShapeMismatch, $"has a kernel that reaches over {side} but was given {input.Shape} " +
                $"with padding {_window.Padding}; use a smaller kernel or more padding.");
        using var scope = Enter();
        return Functional.Conv2d(
            input, Weight, Bias, _window.Stride, _window.Padding, _window.Dilation, _groups);
    }

    private static string Remedy(Tensor input) => input.Rank == 4
        ? $"make its inChannels {input.Shape[1]}"
        : "reshape the input to a batch of images with channels";

    private void Check(int inChannels, int outChannels)
    {
        if (inChannels < 1 || outChannels < 1)
            throw Error(ErrorCode.BadAttribute,
                $"needs at least one channel on both sides but was given {inChannels} → {outChannels}.");
        if (_window.BadSetting() is { } problem) throw Error(ErrorCode.BadAttribute, problem);
        if (_groups < 1 || inChannels % _groups != 0 || outChannels % _groups != 0)
            throw Error(ErrorCode.BadAttribute,
                $"needs groups that divide both {inChannels} and {outChannels} channels but was given {_groups}.");
    }
}
