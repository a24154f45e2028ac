using GraphForge.Compiler.Tests.Reference;
using GraphForge.Layers;
using static GraphForge.Tests.Reference.RecordedFamily;

namespace GraphForge.Tests.Reference;

/// <summary>Convolution layers with the recorded weights against PyTorch's outputs and gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedConvolutionTests : RecordedFamilyTests<RecordedConvolutionTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("convolution_layers", new Dictionary<string, FamilyFunction>
    {
        ["convolution"] = Layer(Convolution),
        ["transposed convolution"] = Layer(Transposed),
    });

    private static Module Convolution(CaseAttributes a)
    {
        var (from, to, groups, bias) = (a.Integer("in_channels"), a.Integer("out_channels"), a.Integer("groups"), a.Flag("bias"));
        return a.Rank switch
        {
            1 => new Conv1d(from, to, a.One("kernel_size", 0), a.One("stride", 1), Padding(a), a.One("dilation", 1), groups, bias, Mode(a)),
            2 => new Conv2d(from, to, a.Two("kernel_size", 0), a.Two("stride", 1), Padding(a), a.Two("dilation", 1), groups, bias, Mode(a)),
            _ => new Conv3d(from, to, a.Three("kernel_size", 0), a.Three("stride", 1), Padding(a), a.Three("dilation", 1), groups, bias, Mode(a)),
        };
    }

    private static ConvolutionPadding Padding(CaseAttributes a) => a.Has("padding") && !a.IsList("padding")
        ? a.Text("padding") == "same" ? ConvolutionPadding.Same : ConvolutionPadding.Valid
        : a.Rank switch { 1 => a.One("padding", 0), 2 => a.Two("padding", 0), _ => a.Three("padding", 0) };

    private static PadMode Mode(CaseAttributes a) => a.Text("padding_mode", "zeros") switch
    {
        "zeros" => PadMode.Constant,
        var mode => Enum.Parse<PadMode>(mode, ignoreCase: true),
    };

    private static Module Transposed(CaseAttributes a)
    {
        var (from, to, groups, bias) = (a.Integer("in_channels"), a.Integer("out_channels"), a.Integer("groups"), a.Flag("bias"));
        return a.Rank switch
        {
            1 => new ConvTranspose1d(from, to, a.One("kernel_size", 0), a.One("stride", 1), a.One("padding", 0), a.One("output_padding", 0),
                groups, bias, a.One("dilation", 1)),
            2 => new ConvTranspose2d(from, to, a.Two("kernel_size", 0), a.Two("stride", 1), a.Two("padding", 0), a.Two("output_padding", 0),
                groups, bias, a.Two("dilation", 1)),
            _ => new ConvTranspose3d(from, to, a.Three("kernel_size", 0), a.Three("stride", 1), a.Three("padding", 0),
                a.Three("output_padding", 0), groups, bias, a.Three("dilation", 1)),
        };
    }
}
