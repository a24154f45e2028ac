using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Reference;

internal static class WindowOperations
{
    public static IEnumerable<CaseOperation> All =>
    [
        new("convolution", (x, a) => Convolutions.Convolve(x[0], x[1], a.Convolution)),
        new("convolution transposed", (x, a) => Convolutions.ConvolveTransposed(x[0], x[1], a.Convolution, a.Shape)),
        new("convolution weight gradient",
            (x, a) => Node.Of(new ConvolutionWeightGradient(a.Convolution, a.Shape), x[0], x[1])),
        new("max pool", (x, a) => Convolutions.MaxPool(x[0], a.Windows)),
        new("min pool", (x, a) => Node.Of(new WindowMinimum(a.Windows), x[0])),
        new("average pool", (x, a) => Convolutions.AveragePool(x[0], a.Windows, a.Flag("include"))),
        new("window sum", (x, a) => Node.Of(new WindowSum(a.Windows), x[0])),
        new("window spread", (x, a) => Node.Of(new WindowSpread(a.Windows, a.Shape), x[0])),
        new("window argmaximum", (x, a) => Node.Of(new WindowArgMaximum(a.Windows), x[0]).Cast(DType.Int64)),
        new("window argminimum", (x, a) => Node.Of(new WindowArgMinimum(a.Windows), x[0]).Cast(DType.Int64)),
        new("window gather", (x, a) => Node.Of(new WindowGather(a.Windows), x[0], x[1])),
        new("window scatter", (x, a) => Node.Of(new WindowScatter(a.Windows, a.Shape), x[0], x[1])),
    ];
}
