using GraphForge.Compiler.Tests.Reference;
using GraphForge.Layers;
using static GraphForge.Tests.Reference.RecordedFamily;

namespace GraphForge.Tests.Reference;

/// <summary>Pools against PyTorch's outputs and gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedPoolingTests : RecordedFamilyTests<RecordedPoolingTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("pooling_layers", new Dictionary<string, FamilyFunction>
    {
        ["max pool"] = Layer(MaxPool),
        ["max pool indices"] = (x, a) => Functional.MaxPool2dWithIndices(x[0], a.Two("kernel_size", 0), a.TwoOrNone("stride"),
            a.Two("padding", 0), a.Two("dilation", 1), a.Flag("ceil_mode", false)).Indices,
        ["average pool"] = Layer(AvgPool),
        ["power pool"] = Layer(PowerPool),
        ["adaptive average pool"] = Layer(AdaptiveAvgPool),
        ["adaptive max pool"] = Layer(AdaptiveMaxPool),
    });

    private static Module MaxPool(CaseAttributes a)
    {
        var ceil = a.Flag("ceil_mode", false);
        return a.Rank switch
        {
            1 => new MaxPool1d(a.One("kernel_size", 0), a.OneOrNone("stride"), a.One("padding", 0), a.One("dilation", 1), ceil),
            2 => new MaxPool2d(a.Two("kernel_size", 0), a.TwoOrNone("stride"), a.Two("padding", 0), a.Two("dilation", 1), ceil),
            _ => new MaxPool3d(a.Three("kernel_size", 0), a.ThreeOrNone("stride"), a.Three("padding", 0), a.Three("dilation", 1), ceil),
        };
    }

    private static Module AvgPool(CaseAttributes a)
    {
        var (ceil, include) = (a.Flag("ceil_mode", false), a.Flag("count_include_pad", true));
        int? divisor = a.Has("divisor_override") ? a.Integer("divisor_override") : null;
        return a.Rank switch
        {
            1 => new AvgPool1d(a.One("kernel_size", 0), a.OneOrNone("stride"), a.One("padding", 0), ceil, include),
            2 => new AvgPool2d(a.Two("kernel_size", 0), a.TwoOrNone("stride"), a.Two("padding", 0), ceil, include, divisor),
            _ => new AvgPool3d(a.Three("kernel_size", 0), a.ThreeOrNone("stride"), a.Three("padding", 0), ceil, include, divisor),
        };
    }

    private static Module PowerPool(CaseAttributes a)
    {
        var (norm, ceil) = (a.Number("norm_type"), a.Flag("ceil_mode", false));
        return a.Rank == 1
            ? new LPPool1d(norm, a.One("kernel_size", 0), a.OneOrNone("stride"), ceil)
            : new LPPool2d(norm, a.Two("kernel_size", 0), a.TwoOrNone("stride"), ceil);
    }

    private static Module AdaptiveAvgPool(CaseAttributes a) => a.Rank switch
    {
        1 => new AdaptiveAvgPool1d(a.One("output_size", 0)),
        2 => new AdaptiveAvgPool2d(a.Two("output_size", 0)),
        _ => new AdaptiveAvgPool3d(a.Three("output_size", 0)),
    };

    private static Module AdaptiveMaxPool(CaseAttributes a) => a.Rank switch
    {
        1 => new AdaptiveMaxPool1d(a.One("output_size", 0)),
        2 => new AdaptiveMaxPool2d(a.Two("output_size", 0)),
        _ => new AdaptiveMaxPool3d(a.Three("output_size", 0)),
    };
}
