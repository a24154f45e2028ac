using GraphForge.Compiler.Graph;
using GraphForge.Layers;

namespace GraphForge.Tests.Layers;

/// <summary>Whole texts of wrong settings and inputs of layers for images, sequences and volumes.</summary>
public sealed class ImagingErrorTests
{
    private static TestCaseData Row(Func<Module> layer, string problem) => new TestCaseData(layer, problem).SetArgDisplayNames(problem);

    private static TestCaseData Row(Func<Module> layer, Shape input, string problem) =>
        new TestCaseData(layer, input, problem).SetArgDisplayNames(problem);

    private static IEnumerable<TestCaseData> Settings()
    {
        yield return Row(() => new Conv1d(1, 2, 3, dilation: -1), "Conv1d needs a dilation of at least 1 but was given -1.");
        yield return Row(() => new Conv1d(1, 2, 3, stride: 0), "Conv1d needs a stride of at least 1 but was given 0.");
        yield return Row(() => new Conv2d(1, 2, 3, padding: -1), "Conv2d needs a padding of at least 0 but was given -1.");
        yield return Row(() => new Conv2d(0, 2, 3), "Conv2d needs at least one channel on both sides but was given 0 → 2.");
        yield return Row(() => new Conv3d(4, 6, 1, groups: 4), "Conv3d needs groups that divide both 4 and 6 channels but was given 4.");
        yield return Row(() => new Conv2d(1, 2, 3, stride: (2, 1), padding: ConvolutionPadding.Same),
            "Conv2d keeps its input's extents with padding same only at stride 1, but was given (2, 1).");
        yield return Row(() => new Conv1d(1, 2, 3, padding: (1, 2)),
            "Conv1d needs one padding, or one for each of 1 spatial axes, but was given (1, 2).");
        yield return Row(() => new ConvTranspose2d(1, 2, 3, stride: 2, outputPadding: 2),
            "ConvTranspose2d needs an outputPadding of at least 0 and less than its stride 2 or dilation 1 but was given 2.");
        yield return Row(() => new ConvTranspose1d(3, 4, 2, groups: 2), "ConvTranspose1d needs groups that divide both 3 and 4 channels but was given 2.");
        yield return Row(() => new MaxPool3d((2, 0, 2)), "MaxPool3d needs a kernelSize of at least 1 but was given (2, 0, 2).");
        yield return Row(() => new MaxPool1d(2, dilation: 0), "MaxPool1d needs a dilation of at least 1 but was given 0.");
        yield return Row(() => new AvgPool1d(3, padding: 2), "AvgPool1d needs a padding of at most half its kernelSize 3 but was given 2.");
        yield return Row(() => new AvgPool2d(2, divisorOverride: 0), "AvgPool2d cannot divide by a divisorOverride of 0.");
        yield return Row(() => new LPPool2d(0, 2), "LPPool2d needs a positive normType but was given 0.");
        yield return Row(() => new AdaptiveAvgPool2d((2, 0)), "AdaptiveAvgPool2d needs an outputSize of at least 1 but was given (2, 0).");
        yield return Row(() => new BatchNorm2d(0), "BatchNorm2d needs at least one channel but was given 0.");
        yield return Row(() => new GroupNorm(4, 6), "GroupNorm needs groups that divide its 6 channels but was given 4.");
        yield return Row(() => new LayerNorm(0), "LayerNorm needs a normalizedShape of extents of at least 1 but was given [0].");
        yield return Row(() => new RMSNorm([]), "RMSNorm needs a normalizedShape of extents of at least 1 but was given [].");
        yield return Row(() => new LocalResponseNorm(0), "LocalResponseNorm needs a size of at least 1 but was given 0.");
        yield return Row(() => new Dropout2d(-0.1), "Dropout2d takes a probability in 0..1 but was given -0.1.");
        yield return Row(() => new AlphaDropout(2), "AlphaDropout takes a probability in 0..1 but was given 2.");
        yield return Row(() => new Embedding(0, 3), "Embedding needs at least one row and one feature but was given 0 and 3.");
        yield return Row(() => new Embedding(5, 3, paddingIdx: 5), "Embedding needs a paddingIdx among its 5 rows but was given 5.");
        yield return Row(() => new EmbeddingBag(5, 3, paddingIdx: -6), "EmbeddingBag needs a paddingIdx among its 5 rows but was given -6.");
        yield return Row(() => new Bilinear(2, 0, 3), "Bilinear needs at least one feature on all sides but was given 2 and 0 → 3.");
    }

    [TestCaseSource(nameof(Settings))]
    public void A_setting_out_of_range_is_refused(Func<Module> layer, string problem) =>
        Assert.That(Assert.Throws<GraphException>(() => layer())!.Problem, Is.EqualTo(problem));

    private static IEnumerable<TestCaseData> Inputs()
    {
        yield return Row(() => new Conv1d(3, 4, 3), [1, 8], "Conv1d takes [N, 3, L] but was given [batch, 1, 8]; make its inChannels 1.");
        yield return Row(() => new Conv3d(3, 4, 3), [3, 8, 8],
            "Conv3d takes [N, 3, D, H, W] but was given [batch, 3, 8, 8]; reshape the input to a batch of volumes with channels.");
        yield return Row(() => new Conv3d(1, 4, 3, dilation: (2, 1, 1)), [1, 4, 8, 8], "Conv3d has a kernel that reaches over depth 5 but was " +
            "given [batch, 1, 4, 8, 8] with padding 0; use a smaller kernel or more padding.");
        yield return Row(() => new Conv2d(1, 4, 3, padding: 2, paddingMode: PadMode.Reflect), [1, 2, 5], "Conv2d can take at most 1 elements of " +
            "padding from [batch, 1, 2, 5] in mode Reflect, but its padding is 2; pad less, or use Replicate.");
        yield return Row(() => new ConvTranspose2d(2, 4, 3), [3, 8, 8], "ConvTranspose2d takes [N, 2, H, W] but was given [batch, 3, 8, 8]; make its inChannels 3.");
        yield return Row(() => new ConvTranspose1d(2, 4, 1, padding: 1), [2, 2], "ConvTranspose1d gives an output of extents [0] for [batch, 2, 2] " +
            "with padding 1; pad less or use a larger kernel.");
        yield return Row(() => new MaxPool1d(3), [1, 2], "MaxPool1d has windows that reach over length 3 but was given [batch, 1, 2] with padding 0; use a smaller kernelSize.");
        yield return Row(() => new AvgPool3d(2), [1, 4, 4],
            "AvgPool3d takes [N, C, D, H, W] but was given [batch, 1, 4, 4]; reshape the input to a batch of volumes with channels.");
        yield return Row(() => new AdaptiveMaxPool2d(2), [4, 4],
            "AdaptiveMaxPool2d takes [N, C, H, W] but was given [batch, 4, 4]; reshape the input to a batch of images with channels.");
        yield return Row(() => new BatchNorm2d(3), [4, 8, 8], "BatchNorm2d takes [N, 3, H, W] but was given [batch, 4, 8, 8]; make its numFeatures 4.");
        yield return Row(() => new BatchNorm1d(3), [3, 8, 8],
            "BatchNorm1d takes [N, 3] or [N, 3, L] but was given [batch, 3, 8, 8]; reshape the input, or use the layer for its number of axes.");
        yield return Row(() => new InstanceNorm2d(2), [2, 1, 1],
            "InstanceNorm2d needs more than 1 spatial element but was given [batch, 2, 1, 1]; normalise larger inputs, or leave the layer out.");
        yield return Row(() => new LayerNorm([3, 4]), [4, 3],
            "LayerNorm takes [..., 3, 4] but was given [batch, 4, 3]; make its normalizedShape the last extents of its input.");
        yield return Row(() => new RMSNorm(3), [4], "RMSNorm takes [..., 3] but was given [batch, 4]; make its normalizedShape the last extents of its input.");
        yield return Row(() => new GroupNorm(2, 4), [6, 3], "GroupNorm takes [N, 4, …] but was given [batch, 6, 3]; make its numChannels the extent of axis 1.");
        yield return Row(() => new LocalResponseNorm(3), [6], "LocalResponseNorm takes [N, C, …] of at least 3 axes but was given [batch, 6].");
        yield return Row(() => new Dropout3d(), [6, 3], "Dropout3d takes [N, C, D, H, W] but was given [batch, 6, 3]; use the layer for its number of axes.");
        yield return Row(() => new Embedding(5, 3), [4], "Embedding takes integer indices but was given float32[batch, 4]; cast them, or feed integers.");
        yield return Row(() => new EmbeddingBag(5, 3), [4], "EmbeddingBag takes integer indices [bags, size] but was given float32[batch, 4].");
        yield return Row(() => new Residual(new Linear(4, 3)), [4], "Residual adds its body's output [batch, 3] to [batch, 4] from its shortcut; " +
            "give a shortcut that yields the body's shape, such as a convolution of kernel 1 with its stride.");
    }

    [TestCaseSource(nameof(Inputs))]
    public void An_input_that_does_not_fit_is_refused(Func<Module> layer, Shape input, string problem)
    {
        var error = Assert.Throws<GraphException>(() => CompiledModel.Compile(layer(), input, TestOptions.Default))!;
        Assert.That(error.Problem, Is.EqualTo(problem));
        Assert.That(error.Location.ToString(), Does.StartWith("ImagingErrorTests.cs("));
    }

    private static IEnumerable<TestCaseData> Functions()
    {
        var (x, weight) = (Tensor.Zeros([2, 3, 5, 5]), Tensor.Zeros([4, 3, 3, 3]));
        yield return Function(() => Functional.Conv1d(x, weight), "conv1d takes an input [N, C, L] and weights of 3 axes, the last of them the kernel, " +
            "got float32[2, 3, 5, 5] and float32[4, 3, 3, 3].");
        yield return Function(() => Functional.Conv2d(x, weight, stride: 2, padding: ConvolutionPadding.Same),
            "conv2d keeps its input's extents with padding same only at stride 1, but was given 2.");
        yield return Function(() => Functional.ConvTranspose2d(Tensor.Zeros([1, 4, 1, 1]), weight, padding: 2), "convTranspose2d of float32[1, 4, 1, 1] " +
            "and weights [4, 3, 3, 3] with padding 2 gives no output: its extents are [-1, -1]; pad less.");
        yield return Function(() => Functional.MaxPool2d(x, 2, padding: 2), "a pool needs a padding of at most half its kernelSize 2, got 2.");
        yield return Function(() => Functional.AvgPool2d(x.To(Runtime.DType.Int32), 2), "an average pool takes floats, got int32[2, 3, 5, 5]; cast the input.");
        yield return Function(() => Functional.AdaptiveAvgPool3d(Tensor.Zeros([2, 0, 3]), 2),
            "an adaptive pool to 2 needs 3 trailing axes of known extent, not 0, got float32[2, 0, 3].");
        yield return Function(() => Functional.BatchNorm(x, null, null), "batchNorm needs a running mean and variance where it does not use those of its input.");
        yield return Function(() => Functional.BatchNorm(x, null, null, Tensor.Zeros([4]), training: true),
            "batchNorm takes floats [N, C, …] of at least 2 axes and one value a channel in its other operands, got float32[2, 3, 5, 5], float32[4].");
        yield return Function(() => Functional.BatchNorm(Tensor.Zeros([1, 3]), null, null, training: true), "batchNorm needs more than 1 value per channel " +
            "while training but was given [1, 3]; use larger batches, and leave out a last one of a single sample.");
        yield return Function(() => Functional.LayerNorm(x, [5, 4]), "layerNorm over [5, 4] takes an input [..., 5, 4] and weights of that shape, got float32[2, 3, 5, 5].");
        yield return Function(() => Functional.GroupNorm(x, 2), "groupNorm needs groups that divide the 3 channels of float32[2, 3, 5, 5], got 2.");
        yield return Function(() => Functional.Embedding(x, Tensor.Zeros([4, 3])),
            "embedding takes integer indices and a weight [rows, features], got float32[2, 3, 5, 5] and float32[4, 3].");
        yield return Function(() => Functional.EmbeddingBag(Tensor.Zeros([2, 3], Runtime.DType.Int64), Tensor.Zeros([4, 3]), BagMode.Max, Tensor.Zeros([2, 3])),
            "embeddingBag takes perSampleWeights with BagMode.Sum, not with Max.");
        yield return Function(() => Functional.Bilinear(Tensor.Zeros([2, 3]), Tensor.Zeros([3, 4]), Tensor.Zeros([5, 3, 4])),
            "bilinear takes inputs [..., in1] and [..., in2] and weights [out, in1, in2], got float32[2, 3], float32[3, 4] and float32[5, 3, 4].");
        yield return Function(() => Functional.Dropout1d(x), "dropout1d takes [N, C, L], got float32[2, 3, 5, 5].");
    }

    [TestCaseSource(nameof(Functions))]
    public void A_function_refuses_what_does_not_fit(Func<Tensor> function, string problem) =>
        Assert.That(Assert.Throws<GraphException>(() => function())!.Problem, Is.EqualTo(problem));

    private static TestCaseData Function(Func<Tensor> function, string problem) =>
        new TestCaseData(function, problem).SetArgDisplayNames(problem);
}
