using GraphForge.Compiler.Graph;
using GraphForge.Initialization;

namespace GraphForge.Layers;

/// <summary>Convolution of images: [N, inChannels, H, W] → [N, outChannels, H', W']; see <see cref="Functional.Conv2d"/>.</summary>
public sealed class Conv2d : Module
{
    private readonly Size2d _stride;
    private readonly Size2d _padding;
    private readonly Size2d _dilation;
    private readonly int _groups;

    /// <exception cref="GraphException">A setting is out of range, or the groups do not divide the channels.</exception>
    public Conv2d(int inChannels, int outChannels, Size2d kernelSize, Size2d? stride = null, Size2d padding = default,
        Size2d? dilation = null, int groups = 1, bool bias = true)
    {
        (_stride, _padding, _dilation, _groups) = (stride ?? 1, padding, dilation ?? 1, groups);
        Check(inChannels, outChannels, kernelSize);
        InChannels = inChannels;
        OutChannels = outChannels;
        KernelSize = kernelSize;
        Weight = new Parameter(Init.KaimingUniform(a: Math.Sqrt(5)), outChannels, inChannels / groups, kernelSize.Height, kernelSize.Width);
        var bound = 1 / Math.Sqrt((double)inChannels / groups * kernelSize.Height * kernelSize.Width);
        Bias = bias ? new Parameter(Init.Uniform(-bound, bound), outChannels) : null;
    }

    public int InChannels { get; }

    public int OutChannels { get; }

    public Size2d KernelSize { get; }

    /// <summary>[outChannels, inChannels / groups, kernel height, kernel width].</summary>
    public Parameter Weight { get; }

    /// <summary>[outChannels], or null.</summary>
    public Parameter? Bias { get; }

    public override Tensor Forward(Tensor input)
    {
        if (input.Rank != 4 || !input.Shape[1].Is(InChannels))
            throw Error(ErrorCode.ShapeMismatch, $"takes [N, {InChannels}, H, W] but was given {input.Shape}; {Remedy(input)}.");
        CheckFits(input, 2, "height", KernelSize.Height, _dilation.Height, _padding.Height);
        CheckFits(input, 3, "width", KernelSize.Width, _dilation.Width, _padding.Width);
        using var scope = Enter();
        return Functional.Conv2d(input, Weight, Bias is null ? null : (Tensor)Bias, _stride, _padding, _dilation, _groups);
    }

    private static string Remedy(Tensor input) => input.Rank == 4
        ? $"make its inChannels {input.Shape[1]}"
        : "reshape the input to a batch of images with channels";

    private void CheckFits(Tensor input, int axis, string side, int kernel, int dilation, int padding)
    {
        var reach = dilation * (kernel - 1) + 1;
        if (input.Shape[axis].IsBound && input.Shape[axis].Value + 2L * padding < reach)
            throw Error(ErrorCode.ShapeMismatch,
                $"has a kernel that reaches over {side} {reach} but was given {input.Shape} with padding {padding}; " +
                "use a smaller kernel or more padding.");
    }

    private void Check(int inChannels, int outChannels, Size2d kernelSize)
    {
        if (inChannels < 1 || outChannels < 1)
            throw Error(ErrorCode.BadAttribute, $"needs at least one channel on both sides but was given {inChannels} → {outChannels}.");
        foreach (var (name, value, least) in new[] { ("kernelSize", kernelSize, 1), ("stride", _stride, 1), ("padding", _padding, 0), ("dilation", _dilation, 1) })
            if (value.Height < least || value.Width < least)
                throw Error(ErrorCode.BadAttribute, $"needs a {name} of at least {least} but was given {value}.");
        if (_groups < 1 || inChannels % _groups != 0 || outChannels % _groups != 0)
            throw Error(ErrorCode.BadAttribute, $"needs groups that divide both {inChannels} and {outChannels} channels but was given {_groups}.");
    }
}
