using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Architectures;

/// <summary>A residual network with batch normalisation (He et al. 2016) learns to read digits.</summary>
public sealed class ResidualNetworkTests
{
    [Test]
    public async Task It_reads_digits_it_has_not_seen()
    {
        var (train, test) = Digits.Load(train: 2000, test: 500);
        using var training = Training.Compile(new ResidualNetwork(), Losses.CrossEntropy,
            new SGD(learningRate: 0.05, momentum: 0.9), BatchSpec.Of(train, 50), TestOptions.WithSeed(1));
        await training.FitAsync(train, epochs: 3);
        training.LearningRate = 0.01;
        var epochs = await training.FitAsync(train, epochs: 1, validation: test);
        TestContext.Out.WriteLine(epochs[0]);
        // Guessing reads a tenth. Validation is by running statistics, which must have followed the batches.
        Assert.That(epochs[0].Validation!.Accuracy, Is.GreaterThan(0.9));
    }

    private sealed class ResidualNetwork : Module
    {
        private readonly Conv2d _conv1 = new(1, 8, kernelSize: 3, padding: 1, bias: false);
        private readonly BatchNorm2d _bn1 = new(8);
        private readonly BasicBlock _layer1 = new(8, 8, stride: 1);
        private readonly BasicBlock _layer2 = new(8, 16, stride: 2);
        private readonly BasicBlock _layer3 = new(16, 32, stride: 2);
        private readonly AdaptiveAvgPool2d _avgpool = new(1);
        private readonly Linear _fc = new(32, 10);

        public override Tensor Forward(Tensor input)
        {
            var x = _bn1.Forward(_conv1.Forward(input)).Relu();
            x = _layer3.Forward(_layer2.Forward(_layer1.Forward(x)));
            return _fc.Forward(_avgpool.Forward(x).Flatten(1));
        }
    }

    private sealed class BasicBlock(int inChannels, int outChannels, int stride) : Module
    {
        private readonly Conv2d _conv1 = new(inChannels, outChannels, kernelSize: 3, stride, padding: 1, bias: false);
        private readonly BatchNorm2d _bn1 = new(outChannels);
        private readonly Conv2d _conv2 = new(outChannels, outChannels, kernelSize: 3, padding: 1, bias: false);
        private readonly BatchNorm2d _bn2 = new(outChannels);
        private readonly Module _downsample = stride == 1 && inChannels == outChannels
            ? new Identity()
            : new Sequential(new Conv2d(inChannels, outChannels, kernelSize: 1, stride, bias: false), new BatchNorm2d(outChannels));

        public override Tensor Forward(Tensor input)
        {
            var x = _bn1.Forward(_conv1.Forward(input)).Relu();
            return (_bn2.Forward(_conv2.Forward(x)) + _downsample.Forward(input)).Relu();
        }
    }
}
