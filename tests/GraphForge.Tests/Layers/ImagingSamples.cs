using GraphForge.Layers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Layers;

/// <summary>Convolutions, pools and norms of images, sequences and volumes.</summary>
internal static class ImagingSamples
{
    private const DType Double = DType.Float64;

    public static IEnumerable<LayerSample> All => [.. Convolutions, .. Pools, .. Norms];

    private static IEnumerable<LayerSample> Convolutions =>
    [
        new(new Conv1d(2, 4, 3, stride: 2, padding: 1, groups: 2, dtype: Double), 2, 2, 6),
        new(new Conv2d(2, 3, (2, 3), stride: (1, 2), padding: (1, 0), dilation: (2, 1), dtype: Double), 1, 2, 4, 5),
        new(new Conv2d(2, 2, 3, padding: ConvolutionPadding.Same, paddingMode: PadMode.Reflect, dtype: Double), 1, 2, 3, 4),
        new(new Conv3d(1, 2, 2, padding: 1, bias: false, dtype: Double), 1, 1, 2, 3, 2),
        new(new ConvTranspose1d(2, 2, 3, stride: 2, padding: 1, outputPadding: 1, dtype: Double), 2, 2, 3),
        new(new ConvTranspose2d(2, 4, 2, stride: (2, 1), groups: 2, dilation: (1, 2), dtype: Double), 1, 2, 2, 3),
        new(new ConvTranspose3d(1, 2, 2, stride: 2, dtype: Double), 1, 1, 2, 2, 1),
    ];

    private static IEnumerable<LayerSample> Pools =>
    [
        new(new MaxPool1d(3, stride: 2, padding: 1, ceilMode: true), 1, 2, 6),
        new(new MaxPool2d(2, dilation: 2, stride: 1), 1, 2, 4, 5),
        new(new MaxPool3d((1, 2, 2)), 1, 1, 2, 4, 3),
        new(new AvgPool1d(3, stride: 2, padding: 1, countIncludePad: false), 1, 2, 6),
        new(new AvgPool2d(3, stride: 2, padding: 1, ceilMode: true), 1, 1, 6, 6),
        new(new AvgPool3d(2, divisorOverride: 3), 1, 1, 2, 4, 3),
        new(new LPPool1d(2, 2), 1, 1, 6),
        new(new LPPool2d(4, 2, ceilMode: true), 1, 1, 3, 4),
        new(new AdaptiveAvgPool1d(3), 1, 2, 7),
        new(new AdaptiveAvgPool2d(1), 1, 2, 3, 2),
        new(new AdaptiveAvgPool3d((2, 1, 2)), 1, 1, 3, 2, 3),
        new(new AdaptiveMaxPool1d(3), 1, 2, 7),
        new(new AdaptiveMaxPool2d((3, 2)), 1, 1, 5, 4),
        new(new AdaptiveMaxPool3d(1), 1, 1, 3, 2, 2),
    ];

    private static IEnumerable<LayerSample> Norms =>
    [
        new(new BatchNorm1d(3, trackRunningStats: false, dtype: Double), 4, 3),
        new(new BatchNorm2d(2, trackRunningStats: false, dtype: Double), 2, 2, 2, 3),
        new(new BatchNorm3d(2, trackRunningStats: false, affine: false), 1, 2, 2, 2, 2),
        new(new LayerNorm(5, dtype: Double), 3, 5),
        new(new LayerNorm([3, 2], bias: false, dtype: Double), 2, 3, 2),
        new(new RMSNorm(4, dtype: Double), 2, 3, 4),
        new(new GroupNorm(2, 4, dtype: Double), 2, 4, 3),
        new(new InstanceNorm1d(2, affine: true, dtype: Double), 2, 2, 4),
        new(new InstanceNorm2d(2), 1, 2, 2, 3),
        new(new InstanceNorm3d(1, affine: true, dtype: Double), 2, 1, 2, 2, 2),
        new(new LocalResponseNorm(3, alpha: 0.5), 1, 5, 2),
    ];
}
