using GraphForge.Layers;

namespace GraphForge.Bench.Workloads;

/// <summary>
/// The residual network of 20 layers for images of 32×32 (He et al. 2016), with projections where a block changes the shape:
/// [N, 3, 32, 32] → scores of 10 classes.
/// </summary>
public sealed class ResNet20 : Module
{
    /// <summary>Of one image: the first convolution, the blocks of each size, and the scores.</summary>
    public const double MultiplyAdds = InputMultiplyAdds + FirstBlocks + LaterBlocks + LaterBlocks + 64 * 10;

    /// <summary>Of one image, in the convolution that reads it.</summary>
    public const double InputMultiplyAdds = 32 * 32 * 16 * 3 * 9;

    private const double FirstBlocks = 6 * 32 * 32 * 16 * 16 * 9;

    // Twice the channels on a quarter of the positions: the first convolution has half the inputs, and beside it is a projection.
    private const double LaterBlocks = 5.5 * 16 * 16 * 32 * 32 * 9 + 16 * 16 * 32 * 16;

    private readonly Conv2d _conv1 = new(3, 16, kernelSize: 3, padding: 1, bias: false);
    private readonly BatchNorm2d _bn1 = new(16);
    private readonly Sequential _blocks = new(
        new BasicBlock(16, 16, 1), new BasicBlock(16, 16, 1), new BasicBlock(16, 16, 1),
        new BasicBlock(16, 32, 2), new BasicBlock(32, 32, 1), new BasicBlock(32, 32, 1),
        new BasicBlock(32, 64, 2), new BasicBlock(64, 64, 1), new BasicBlock(64, 64, 1));
    private readonly AdaptiveAvgPool2d _avgpool = new(1);
    private readonly Linear _fc = new(64, 10);

    public override Tensor Forward(Tensor input) =>
        _fc.Forward(_avgpool.Forward(_blocks.Forward(_bn1.Forward(_conv1.Forward(input)).Relu())).Flatten(1));

    private sealed class BasicBlock(int inChannels, int outChannels, int stride) : Module
    {
        private readonly Conv2d _conv1 = new(inChannels, outChannels, kernelSize: 3, stride, padding: 1, bias: false);
        private readonly BatchNorm2d _bn1 = new(outChannels);
        private readonly Conv2d _conv2 = new(outChannels, outChannels, kernelSize: 3, padding: 1, bias: false);
        private readonly BatchNorm2d _bn2 = new(outChannels);
        private readonly Module _downsample = stride == 1
            ? new Identity()
            : new Sequential(new Conv2d(inChannels, outChannels, kernelSize: 1, stride, bias: false), new BatchNorm2d(outChannels));

        public override Tensor Forward(Tensor input)
        {
            var x = _bn1.Forward(_conv1.Forward(input)).Relu();
            return (_bn2.Forward(_conv2.Forward(x)) + _downsample.Forward(input)).Relu();
        }
    }
}
