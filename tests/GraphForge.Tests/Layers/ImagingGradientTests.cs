using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Layers;

/// <summary>Layers of images, sequences and volumes in float64: gradients against differences.</summary>
public sealed class ImagingGradientTests
{
    private const DType Double = DType.Float64;

    private static TestCaseData Row(Module layer, params long[] input) =>
        new TestCaseData(layer, input).SetArgDisplayNames(layer.GetType().Name, $"[{string.Join(", ", input)}]");

    private static IEnumerable<TestCaseData> Convolutions()
    {
        yield return Row(new Conv1d(2, 4, 3, stride: 2, padding: 1, groups: 2, dtype: Double), 2, 2, 6);
        yield return Row(new Conv2d(2, 3, (2, 3), stride: (1, 2), padding: (1, 0), dilation: (2, 1), dtype: Double), 1, 2, 4, 5);
        yield return Row(new Conv2d(2, 2, 3, padding: ConvolutionPadding.Same, paddingMode: PadMode.Reflect, dtype: Double), 1, 2, 3, 4);
        yield return Row(new Conv3d(1, 2, 2, padding: 1, bias: false, dtype: Double), 1, 1, 2, 3, 2);
        yield return Row(new ConvTranspose1d(2, 2, 3, stride: 2, padding: 1, outputPadding: 1, dtype: Double), 2, 2, 3);
        yield return Row(new ConvTranspose2d(2, 4, 2, stride: (2, 1), groups: 2, dilation: (1, 2), dtype: Double), 1, 2, 2, 3);
        yield return Row(new ConvTranspose3d(1, 2, 2, stride: 2, dtype: Double), 1, 1, 2, 2, 1);
    }

    private static IEnumerable<TestCaseData> Pools()
    {
        yield return Row(new MaxPool1d(3, stride: 2, padding: 1, ceilMode: true), 1, 2, 6);
        yield return Row(new MaxPool2d(2, dilation: 2, stride: 1), 1, 2, 4, 5);
        yield return Row(new MaxPool3d((1, 2, 2)), 1, 1, 2, 4, 3);
        yield return Row(new AvgPool1d(3, stride: 2, padding: 1, countIncludePad: false), 1, 2, 6);
        yield return Row(new AvgPool2d(3, stride: 2, padding: 1, ceilMode: true), 1, 1, 6, 6);
        yield return Row(new AvgPool3d(2, divisorOverride: 3), 1, 1, 2, 4, 3);
        yield return Row(new LPPool1d(2, 2), 1, 1, 6);
        yield return Row(new LPPool2d(4, 2, ceilMode: true), 1, 1, 3, 4);
        yield return Row(new AdaptiveAvgPool1d(3), 1, 2, 7);
        yield return Row(new AdaptiveAvgPool2d(1), 1, 2, 3, 2);
        yield return Row(new AdaptiveAvgPool3d((2, 1, 2)), 1, 1, 3, 2, 3);
        yield return Row(new AdaptiveMaxPool1d(3), 1, 2, 7);
        yield return Row(new AdaptiveMaxPool2d((3, 2)), 1, 1, 5, 4);
        yield return Row(new AdaptiveMaxPool3d(1), 1, 1, 3, 2, 2);
    }

    private static IEnumerable<TestCaseData> Norms()
    {
        yield return Row(new BatchNorm1d(3, trackRunningStats: false, dtype: Double), 4, 3);
        yield return Row(new BatchNorm2d(2, trackRunningStats: false, dtype: Double), 2, 2, 2, 3);
        yield return Row(new BatchNorm3d(2, trackRunningStats: false, affine: false), 1, 2, 2, 2, 2);
        yield return Row(new LayerNorm(5, dtype: Double), 3, 5);
        yield return Row(new LayerNorm([3, 2], bias: false, dtype: Double), 2, 3, 2);
        yield return Row(new RMSNorm(4, dtype: Double), 2, 3, 4);
        yield return Row(new GroupNorm(2, 4, dtype: Double), 2, 4, 3);
        yield return Row(new InstanceNorm1d(2, affine: true, dtype: Double), 2, 2, 4);
        yield return Row(new InstanceNorm2d(2), 1, 2, 2, 3);
        yield return Row(new InstanceNorm3d(1, affine: true, dtype: Double), 2, 1, 2, 2, 2);
        yield return Row(new LocalResponseNorm(3, alpha: 0.5), 1, 5, 2);
    }

    private static IEnumerable<TestCaseData> Combinations()
    {
        yield return Row(new Residual(new Conv1d(2, 3, 3, padding: 1, dtype: Double), new Conv1d(2, 3, 1, dtype: Double)), 1, 2, 4);
        yield return Row(new Residual(new Identity()), 2, 3);
    }

    [TestCaseSource(nameof(Convolutions))]
    [TestCaseSource(nameof(Pools))]
    [TestCaseSource(nameof(Norms))]
    [TestCaseSource(nameof(Combinations))]
    public void Gradients_agree_with_differences(Module layer, long[] input) =>
        LayerGradients.Assert(layer, x => layer.Forward(x[0]), Shape.Of(input));
}
