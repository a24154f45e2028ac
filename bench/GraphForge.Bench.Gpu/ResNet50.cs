using GraphForge.Layers;

namespace GraphForge.Bench.Gpu;

/// <summary>
/// The residual network of 50 layers (He et al. 2016, with the stride in the windows of 3 × 3): [N, 3, extent, extent] → scores of classes.
/// </summary>
/// <param name="width">Channels of the first block's windows; 64 in the original.</param>
/// <param name="blocks">Blocks of each size; 3, 4, 6 and 3 in the original.</param>
/// <param name="classes">Classes; 1,000 in the original.</param>
public sealed class ResNet50(int width, int[] blocks, int classes) : Module
{
    private const int Expansion = 4;

    private readonly Conv2d _conv1 = new(3, width, kernelSize: 7, stride: 2, padding: 3, bias: false);
    private readonly BatchNorm2d _bn1 = new(width);
    private readonly MaxPool2d _maxpool = new(3, stride: 2, padding: 1);
    private readonly Sequential _blocks = new([.. Blocks(width, blocks)]);
    private readonly AdaptiveAvgPool2d _avgpool = new(1);
    private readonly Linear _fc = new(8 * width * Expansion, classes);

    public override Tensor Forward(Tensor input) =>
        _fc.Forward(_avgpool.Forward(_blocks.Forward(_maxpool.Forward(_bn1.Forward(_conv1.Forward(input)).Relu()))).Flatten(1));

    /// <summary>Multiplications, each with an addition, of one image of so many pixels a side.</summary>
    public static double MultiplyAdds(int width, int[] blocks, int classes, int extent)
    {
        double sum = Input(width, extent), position = extent / 4.0 * (extent / 4.0);
        var inputs = width;
        foreach (var (stage, count) in blocks.Index())
        {
            var (inner, outputs, before) = (width << stage, (width << stage) * Expansion, position);
            if (stage > 0) position /= 4;
            for (var block = 0; block < count; block++)
            {
                sum += (block == 0 ? before : position) * inputs * inner + position * inner * (9 * inner + outputs);
                if (block == 0) sum += position * inputs * outputs;
                inputs = outputs;
            }
        }
        return sum + inputs * classes;
    }

    /// <summary>Those of the convolution that reads the image.</summary>
    public static double Input(int width, int extent) => extent / 2.0 * (extent / 2.0) * 3 * 49 * width;

    private static IEnumerable<Module> Blocks(int width, int[] blocks)
    {
        var inputs = width;
        foreach (var (stage, count) in blocks.Index())
            for (var block = 0; block < count; block++)
            {
                yield return new Bottleneck(inputs, width << stage, stage > 0 && block == 0 ? 2 : 1);
                inputs = (width << stage) * Expansion;
            }
    }

    private sealed class Bottleneck(int inChannels, int channels, int stride) : Module
    {
        private readonly Conv2d _conv1 = new(inChannels, channels, kernelSize: 1, bias: false);
        private readonly BatchNorm2d _bn1 = new(channels);
        private readonly Conv2d _conv2 = new(channels, channels, kernelSize: 3, stride, padding: 1, bias: false);
        private readonly BatchNorm2d _bn2 = new(channels);
        private readonly Conv2d _conv3 = new(channels, channels * Expansion, kernelSize: 1, bias: false);
        private readonly BatchNorm2d _bn3 = new(channels * Expansion);
        private readonly Module _downsample = stride == 1 && inChannels == channels * Expansion
            ? new Identity()
            : new Sequential(new Conv2d(inChannels, channels * Expansion, kernelSize: 1, stride, bias: false), new BatchNorm2d(channels * Expansion));

        public override Tensor Forward(Tensor input)
        {
            var x = _bn1.Forward(_conv1.Forward(input)).Relu();
            x = _bn2.Forward(_conv2.Forward(x)).Relu();
            return (_bn3.Forward(_conv3.Forward(x)) + _downsample.Forward(input)).Relu();
        }
    }
}
