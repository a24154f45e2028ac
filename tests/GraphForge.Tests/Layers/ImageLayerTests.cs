using GraphForge.Layers;

namespace GraphForge.Tests.Layers;

/// <summary>Convolution and pools against loops written out here.</summary>
public sealed class ImageLayerTests
{
    [TestCase(1, 0, 1, 1)]
    [TestCase(2, 1, 1, 1)]
    [TestCase(1, 2, 2, 1)]
    [TestCase(1, 1, 1, 2)]
    public void Convolution_agrees_with_its_definition(int stride, int padding, int dilation, int groups)
    {
        var layer = new Conv2d(2, 4, kernelSize: (3, 2), stride, padding, dilation, groups);
        layer.Initialize(seed: 3);
        var input = Values.Sequence(2 * 6 * 5, first: -20);
        var actual = Values.Infer(layer, [2, 6, 5], input);
        Assert.That(actual, Is.EqualTo(Convolve(layer, input, stride, padding, dilation, groups)).Within(1e-4));
    }

    [Test]
    public void Max_pool_takes_the_largest_of_each_window() =>
        Assert.That(Values.Infer(new MaxPool2d(2), [1, 4, 4], 1, 2, 3, 4, 5, 6, 7, 8, 16, 15, 14, 13, 12, 11, 10, 9),
            Is.EqualTo(new float[] { 6, 8, 16, 14 }));

    [Test]
    public void Padding_never_wins_a_max_pool() =>
        Assert.That(Values.Infer(new MaxPool2d(2, stride: 1, padding: 1), [1, 1, 2], -1, -2),
            Is.EqualTo(new float[] { -1, -1, -2, -1, -1, -2 }));

    [Test]
    public void Average_pool_counts_padding_as_zeros() =>
        Assert.That(Values.Infer(new AvgPool2d(2, padding: 1), [1, 2, 2], 4, 8, 12, 16),
            Is.EqualTo(new float[] { 1, 2, 3, 4 }));

    [Test]
    public void Flatten_keeps_the_batch() =>
        Assert.That(CompiledModel.Compile(new Flatten(), [2, 3, 4], TestOptions.Default).OutputShape.Values, Is.EqualTo(new long[] { 24 }));

    private static float[] Convolve(Conv2d layer, float[] input, int stride, int padding, int dilation, int groups)
    {
        const int height = 6, width = 5, kernelHeight = 3, kernelWidth = 2;
        var (weight, bias) = (layer.Weight.AsSpan<float>().ToArray(), layer.Bias!.AsSpan<float>().ToArray());
        var (inGroup, outGroup) = (layer.InChannels / groups, layer.OutChannels / groups);
        var result = new List<float>();
        for (var o = 0; o < layer.OutChannels; o++)
            for (var y = -padding; y + dilation * (kernelHeight - 1) < height + padding; y += stride)
                for (var x = -padding; x + dilation * (kernelWidth - 1) < width + padding; x += stride)
                {
                    double sum = bias[o];
                    for (var c = 0; c < inGroup; c++)
                        for (var ky = 0; ky < kernelHeight; ky++)
                            for (var kx = 0; kx < kernelWidth; kx++)
                            {
                                var (row, column) = (y + ky * dilation, x + kx * dilation);
                                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                                sum += input[((o / outGroup * inGroup + c) * height + row) * width + column] *
                                    (double)weight[((o * inGroup + c) * kernelHeight + ky) * kernelWidth + kx];
                            }
                    result.Add((float)sum);
                }
        return [.. result];
    }
}
