using GraphForge.Data;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Architectures;

/// <summary>A convolutional autoencoder learns to restore digits from a few numbers.</summary>
public sealed class AutoencoderTests
{
    private const int BatchSize = 20;

    [Test]
    public void It_restores_digits_it_has_not_seen()
    {
        var (train, test) = Digits.Load(train: 1500, test: 200);
        var model = new Autoencoder(code: 12);
        using var training = Training.Compile(model, Losses.Mse, new Adam(learningRate: 3e-3),
            BatchSpec.Of(BatchSize, 1, Digits.Side, Digits.Side).WithTarget(1, Digits.Side, Digits.Side), TestOptions.WithSeed(1));
        for (var epoch = 1; epoch <= 8; epoch++)
            foreach (var batch in train.Batches(BatchSize, shuffle: true, seed: 1, epoch))
                training.Step(batch.Features, batch.Features);

        var restored = new float[test.Features.Length];
        CompiledModel.Compile(model, [1, Digits.Side, Digits.Side], TestOptions.Default).Run(test.Features, restored);
        var (error, ofTheMean) = (MeanSquare(test.Features, restored), MeanSquare(test.Features, MeanImages(train, test.Count)));
        TestContext.Out.WriteLine($"error {error:g4}, of the mean image {ofTheMean:g4}");
        // A decoder that learns while its encoder does not gets no further than the mean image.
        Assert.That(error, Is.LessThan(0.6 * ofTheMean));
    }

    private static double MeanSquare(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum / a.Length;
    }

    private static float[] MeanImages(ArrayDataset data, int count)
    {
        var mean = new float[Digits.Pixels];
        for (var i = 0; i < data.Features.Length; i++) mean[i % Digits.Pixels] += data.Features[i] / data.Count;
        return [.. Enumerable.Repeat(mean, count).SelectMany(image => image)];
    }

    private sealed class Autoencoder(int code) : Module
    {
        private readonly Sequential _encoder = new(
            new Conv2d(1, 8, kernelSize: 3, stride: 2, padding: 1), new ReLU(),
            new Conv2d(8, 16, kernelSize: 3, stride: 2, padding: 1), new ReLU(),
            new Flatten(), new Linear(16 * 4 * 4, code));

        private readonly Linear _expand = new(code, 16 * 4 * 4);

        private readonly Sequential _decoder = new(
            new ReLU(), new ConvTranspose2d(16, 8, kernelSize: 3, stride: 2, padding: 1),
            new ReLU(), new ConvTranspose2d(8, 1, kernelSize: 3, stride: 2, padding: 1, outputPadding: 1), new Sigmoid());

        public override Tensor Forward(Tensor input) =>
            _decoder.Forward(_expand.Forward(_encoder.Forward(input)).Reshape(-1, 16, 4, 4));
    }
}
