using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>Rows for convolution, its transposes, the window ops and pooling: part of <see cref="OpSamples.All"/>.</summary>
public static class ConvolutionSamples
{
    public static IReadOnlyList<OpSample> All { get; } =
        [.. Convolution, .. Transposes, .. Sums, .. Extremes, .. Selections, .. Pools];

    private static IEnumerable<OpSample> Convolution =>
    [
        Row("convolution 1d", ConvolutionGeometry.Of(1), [2, 3, 7], [4, 3, 3]),
        Row("convolution 1d strided padded", ConvolutionGeometry.Of(1, stride: 2, padding: 1), [2, 2, 8], [3, 2, 3]),
        Row("convolution 1d causal", new ConvolutionGeometry([1], [4], [0], [2], 1), [1, 2, 6], [2, 2, 3]),
        Row("convolution 2d", ConvolutionGeometry.Of(2), [1, 2, 5, 4], [3, 2, 3, 2]),
        Row("convolution 2d padded", ConvolutionGeometry.Of(2, padding: 1), [2, 2, 4, 3], [2, 2, 3, 3]),
        Row("convolution 2d uneven", new ConvolutionGeometry([2, 1], [1, 0], [0, 2], [1, 2], 1), [1, 2, 6, 5], [2, 2, 3, 2]),
        Row("convolution 2d strided dilated",
            ConvolutionGeometry.Of(2, stride: 2, padding: 2, dilation: 2), [1, 1, 6, 5], [2, 1, 3, 2]),
        Row("convolution 2d grouped", ConvolutionGeometry.Of(2, padding: 1, groups: 2), [1, 4, 4, 3], [6, 2, 3, 3]),
        Row("convolution 2d depthwise", ConvolutionGeometry.Of(2, stride: 2, padding: 1, groups: 3), [2, 3, 5, 5], [3, 1, 3, 3]),
        Row("convolution 2d pointwise", ConvolutionGeometry.Of(2), [2, 3, 2, 2], [4, 3, 1, 1]),
        Row("convolution 2d pointwise strided", ConvolutionGeometry.Of(2, stride: 2), [1, 3, 4, 5], [2, 3, 1, 1]),
        Row("convolution 2d patches", ConvolutionGeometry.Of(2, stride: 2), [1, 2, 4, 6], [3, 2, 2, 2]),
        Row("convolution 3d", ConvolutionGeometry.Of(3, padding: 1), [1, 1, 3, 2, 3], [2, 1, 2, 2, 3]),
        Row("convolution of size 1", ConvolutionGeometry.Of(2), [1, 1, 1, 1], [1, 1, 1, 1]),
        Row("convolution of nothing spatial", ConvolutionGeometry.Of(0), [2, 3], [4, 3]),
        Row("convolution of empty batch", ConvolutionGeometry.Of(2, padding: 1), [0, 2, 4, 4], [3, 2, 3, 3]),
        new("convolution int32", n => Convolutions.Convolve(n[0], n[1], ConvolutionGeometry.Of(1, padding: 1)),
            Integer(DType.Int32, -9, 9, 2, 2, 5), Integer(DType.Int32, -9, 9, 3, 2, 3)),
    ];

    private static IEnumerable<OpSample> Transposes =>
    [
        Transposed("convolution transposed", ConvolutionGeometry.Of(1), [2, 3, 5], [3, 2, 3], [2, 2, 7]),
        Transposed("convolution transposed strided",
            ConvolutionGeometry.Of(2, stride: 2, padding: 1), [1, 2, 2, 3], [2, 1, 3, 3], [1, 1, 4, 5]),
        Transposed("convolution transposed grouped",
            ConvolutionGeometry.Of(1, stride: 3, groups: 2), [1, 4, 2], [4, 2, 2], [1, 4, 5]),
        Transposed("convolution transposed with uncovered rest",
            ConvolutionGeometry.Of(1, stride: 2), [1, 1, 2], [1, 1, 2], [1, 1, 5]),
        Transposed("convolution transposed dilated",
            ConvolutionGeometry.Of(1, stride: 2, padding: 2, dilation: 3), [1, 1, 3], [1, 2, 2], [1, 2, 5]),
        new("convolution weight gradient",
            n => Node.Of(new ConvolutionWeightGradient(ConvolutionGeometry.Of(2, 2, 1), [3, 2, 3, 3]), n[0], n[1]),
            Float(2, 2, 4, 5), Float(2, 3, 2, 3)),
        new("convolution weight gradient grouped",
            n => Node.Of(new ConvolutionWeightGradient(ConvolutionGeometry.Of(1, dilation: 2, groups: 2), [4, 1, 3]), n[0], n[1]),
            Float(2, 2, 6), Float(2, 4, 2)),
        new("convolution weight gradient of empty batch",
            n => Node.Of(new ConvolutionWeightGradient(ConvolutionGeometry.Of(1), [4, 2, 3]), n[0], n[1]), Float(0, 2, 6), Float(0, 4, 4)),
    ];

    private static IEnumerable<OpSample> Sums =>
    [
        Sum("window sum", WindowGeometry.Of([2, 2]), [2, 4, 4]),
        Sum("window sum overlapping", WindowGeometry.Of([3], stride: 2, padding: 1), [2, 7]),
        Sum("window sum dilated", WindowGeometry.Of([2, 2], stride: 1, dilation: 2), [4, 5]),
        Sum("window sum of every axis", WindowGeometry.Of([2, 1, 2], stride: 1), [3, 2, 3]),
        Sum("window sum of empty", WindowGeometry.Of([2]), [0, 4]),
        new("window sum uint8",
            n => Node.Of(new WindowSum(WindowGeometry.Of([3], stride: 1)), n[0]), Integer(DType.UInt8, 0, 200, 9)),
        Spread("window spread", WindowGeometry.Of([2, 2]), [2, 2, 2], [2, 4, 4]),
        Spread("window spread with gaps and rest", WindowGeometry.Of([2], stride: 3, padding: 1), [2, 3], [2, 8]),
        Spread("window spread overlapping", WindowGeometry.Of([3], stride: 2, padding: 1), [2, 4], [2, 7]),
        Spread("window spread dilated", WindowGeometry.Of([2, 3], stride: 1, dilation: 2), [2, 1], [4, 5]),
    ];

    private static IEnumerable<OpSample> Extremes =>
    [
        Unary("window maximum", new WindowMaximum(WindowGeometry.Of([2, 2])), Float(2, 4, 4)),
        Unary("window maximum overlapping", new WindowMaximum(WindowGeometry.Of([3, 3], stride: 2, padding: 1)), Float(2, 5, 4)),
        Unary("window maximum dilated", new WindowMaximum(WindowGeometry.Of([3], stride: 1, dilation: 2)), Float(2, 7)),
        Unary("window maximum with rest", new WindowMaximum(WindowGeometry.Of([2])), Float(2, 5)),
        Unary("window maximum int64",
            new WindowMaximum(WindowGeometry.Of([3], stride: 1, padding: 1)), Integer(DType.Int64, -9, -1, 7)),
        Unary("window minimum", new WindowMinimum(WindowGeometry.Of([2], stride: 1, padding: 1)), Float(3, 5)),
        Unary("window minimum uint8", new WindowMinimum(WindowGeometry.Of([3], padding: 1)), Integer(DType.UInt8, 5, 200, 8)),
        Unary("window argmaximum", new WindowArgMaximum(WindowGeometry.Of([2, 3], stride: 2, padding: 1)), Float(2, 5, 6)),
        Unary("window argmaximum of ties",
            new WindowArgMaximum(WindowGeometry.Of([3], stride: 1)), Integer(DType.Int32, 0, 3, 20)),
        Unary("window argmaximum of large windows",
            new WindowArgMaximum(WindowGeometry.Of([257], stride: 4)), Integer(DType.Int32, 0, 9, 265)),
        Unary("window argminimum", new WindowArgMinimum(WindowGeometry.Of([2, 2])), Float(4, 4)),
    ];

    private static IEnumerable<OpSample> Selections =>
    [
        new("window gather", n => Node.Of(new WindowGather(WindowGeometry.Of([2, 2])), n[0], n[1]),
            Float(2, 4, 4), Integer(DType.UInt8, 0, 3.9, 2, 2, 2)),
        new("window gather of padding", n => Node.Of(new WindowGather(WindowGeometry.Of([3], stride: 2, padding: 1)), n[0], n[1]),
            Float(2, 5), Integer(DType.UInt8, 0, 2.9, 2, 3)),
        new("window gather of large windows", n => Node.Of(new WindowGather(WindowGeometry.Of([300], stride: 1)), n[0], n[1]),
            Float(302), Integer(DType.Int32, 0, 299, 3)) { HasGradient = false },
        new("window scatter", n => Node.Of(new WindowScatter(WindowGeometry.Of([2, 2]), [2, 4, 4]), n[0], n[1]),
            Float(2, 2, 2), Integer(DType.UInt8, 0, 3.9, 2, 2, 2)),
        new("window scatter with padding and rest",
            n => Node.Of(new WindowScatter(WindowGeometry.Of([3, 2], padding: 1), [1, 6, 4]), n[0], n[1]),
            Float(1, 2, 3), Integer(DType.UInt8, 0, 5.9, 1, 2, 3)),
        new("window scatter overlapping",
            n => Node.Of(new WindowScatter(WindowGeometry.Of([3, 2], stride: 1), [4, 4]), n[0], n[1]),
            Float(2, 3), Integer(DType.UInt8, 0, 5.9, 2, 3)),
    ];

    private static IEnumerable<OpSample> Pools =>
    [
        new("max pool", n => Convolutions.MaxPool(n[0], WindowGeometry.Of([3, 3], stride: 2, padding: 1)), Float(1, 2, 5, 5)),
        new("average pool", n => Convolutions.AveragePool(n[0], WindowGeometry.Of([2, 2])), Float(1, 2, 4, 5)),
        new("average pool padded",
            n => Convolutions.AveragePool(n[0], WindowGeometry.Of([3], stride: 2, padding: 1)), Float(2, 6)),
        new("average pool of elements alone",
            n => Convolutions.AveragePool(n[0], new WindowGeometry([3, 2], [2, 2], [1, 0], [1, 0], [1, 1]), countIncludePad: false), Float(2, 5, 4)),
        new("convolution, maximum with zero, max pool",
            n => Convolutions.MaxPool(Convolutions.Convolve(n[0], n[1], ConvolutionGeometry.Of(2, padding: 1)).Maximum(0), WindowGeometry.Of([2, 2])),
            Float(1, 1, 4, 4), Float(2, 1, 3, 3)),
    ];

    private static OpSample Row(string name, ConvolutionGeometry geometry, long[] x, long[] weight) =>
        new(name, n => Convolutions.Convolve(n[0], n[1], geometry), Float(x), Float(weight));

    private static OpSample Transposed(string name, ConvolutionGeometry geometry, long[] x, long[] weight, long[] input) =>
        new(name, n => Convolutions.ConvolveTransposed(n[0], n[1], geometry, Shape.Of(input)), Float(x), Float(weight));

    private static OpSample Sum(string name, WindowGeometry geometry, long[] x) => Unary(name, new WindowSum(geometry), Float(x));

    private static OpSample Spread(string name, WindowGeometry geometry, long[] windows, long[] input) =>
        Unary(name, new WindowSpread(geometry, Shape.Of(input)), Float(windows));

    private static OpSample Unary(string name, Op op, SampleOperand operand) => new(name, n => Node.Of(op, n[0]), operand);

    private static SampleOperand Float(params long[] dims) => new(null, -2, 2, dims);

    private static SampleOperand Integer(DType type, double low, double high, params long[] dims) => new(type, low, high, dims);
}
