using GraphForge.Data;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Architectures;

/// <summary>A denoising diffusion model (Ho, Jain, Abbeel 2020) learns what noise was added to digits, and draws some.</summary>
public sealed class DiffusionTests
{
    private const int BatchSize = 50, Times = 40;

    private static readonly double[] Beta = [.. Enumerable.Range(0, Times).Select(t => 1e-3 + 0.2 * t / (Times - 1))];

    /// <summary>Share of the digit's variance left after each step of adding noise: Π (1 − beta).</summary>
    private static readonly double[] Kept = [.. Enumerable.Range(1, Times).Select(t => Beta.Take(t).Aggregate(1.0, (p, b) => p * (1 - b)))];

    [Test]
    public void It_tells_noise_from_digits_and_draws_digits_from_noise()
    {
        var (train, test) = Digits.Load(train: 1500, test: 200);
        var model = new NoisePredictor();
        using var training = Training.Compile(model, x => Loss(model, x), new Adam(learningRate: 2e-3),
        [
            TensorSpec.Of<float>("digits", "batch", 1, Digits.Side, Digits.Side),
            TensorSpec.Of<float>("noise", "batch", 1, Digits.Side, Digits.Side),
            TensorSpec.Of<long>("time", "batch"),
        ], options: TestOptions.WithSeed(1));
        var random = new Random(1);
        for (var epoch = 1; epoch <= 6; epoch++)
            foreach (var batch in train.Batches(BatchSize, shuffle: true, seed: 1, epoch))
                training.Step(Inputs(batch.Features, random));

        var error = training.Evaluate(Inputs(test.Features, random)).Loss;
        var distance = MeanDistance(Draw(model, count: 20, random), train);
        var (ofDigits, ofNoise) = (MeanDistance(test.Features[..(20 * Digits.Pixels)], train), MeanDistance(Normal(20 * Digits.Pixels, random), train));
        TestContext.Out.WriteLine($"error {error:g4}; to the nearest digit from a drawn one {distance:g4}, a digit {ofDigits:g4}, noise {ofNoise:g4}");
        // No prediction is off by 1.
        Assert.That(error, Is.LessThan(0.2));
        Assert.That(distance, Is.LessThan(2 * ofDigits));
    }

    private static Tensor Loss(NoisePredictor model, NamedTensors x)
    {
        var kept = Tensor.Constant<float>([.. Kept.Select(k => (float)k)], Times).IndexSelect(0, x["time"]).Reshape(-1, 1, 1, 1);
        var noisy = kept.Sqrt() * Centred(x["digits"]) + (1 - kept).Sqrt() * x["noise"];
        return Losses.Mse(model.Forward(noisy, x["time"]), x["noise"]);
    }

    private static Tensor Centred(Tensor digits) => digits * 2 - 1;

    private static NamedArray[] Inputs(ReadOnlySpan<float> digits, Random random)
    {
        var times = new long[digits.Length / Digits.Pixels];
        for (var i = 0; i < times.Length; i++) times[i] = random.Next(Times);
        return [("digits", digits.ToArray()), ("noise", Normal(digits.Length, random)), ("time", times)];
    }

    /// <summary>Pixels in 0..1, made of noise step by step.</summary>
    private static float[] Draw(NoisePredictor model, int count, Random random)
    {
        var predictor = CompiledModel.Compile(model, x => model.Forward(x["images"], x["time"]),
            [TensorSpec.Of<float>("images", "batch", 1, Digits.Side, Digits.Side), TensorSpec.Of<long>("time", "batch")], TestOptions.Default);
        var (images, predicted) = (Normal(count * Digits.Pixels, random), new float[count * Digits.Pixels]);
        for (var time = Times - 1; time >= 0; time--)
        {
            predictor.Run([("images", images), ("time", Enumerable.Repeat((long)time, count).ToArray())], [("output", predicted)]);
            var fresh = Normal(images.Length, random);
            for (var i = 0; i < images.Length; i++)
                images[i] = (float)((images[i] - Beta[time] / Math.Sqrt(1 - Kept[time]) * predicted[i]) / Math.Sqrt(1 - Beta[time])
                    + (time > 0 ? Math.Sqrt(Beta[time]) * fresh[i] : 0));
        }
        return [.. images.Select(pixel => Math.Clamp((pixel + 1) / 2, 0, 1))];
    }

    /// <summary>Mean over the images of the distance to the nearest digit.</summary>
    private static double MeanDistance(ReadOnlySpan<float> images, ArrayDataset digits)
    {
        double sum = 0;
        var count = images.Length / Digits.Pixels;
        for (var image = 0; image < count; image++)
        {
            var nearest = double.PositiveInfinity;
            for (var digit = 0; digit < digits.Count; digit++)
                nearest = Math.Min(nearest, Distance(images.Slice(image * Digits.Pixels, Digits.Pixels), digits.Sample(digit)));
            sum += nearest / count;
        }
        return sum;
    }

    private static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
        return Math.Sqrt(sum);
    }

    private static float[] Normal(int count, Random random)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return values;
    }

    /// <summary>A small U-net that is told the time at both of its resolutions.</summary>
    private sealed class NoisePredictor : Module
    {
        private const int TimeFeatures = 32, Wide = 16, Deep = 32;

        private readonly Sequential _time = new(new Linear(TimeFeatures, 64), new SiLU(), new Linear(64, Wide + Deep));
        private readonly Conv2d _enter = new(1, Wide, kernelSize: 3, padding: 1);
        private readonly Sequential _down = new(new GroupNorm(4, Wide), new SiLU(), new Conv2d(Wide, Deep, kernelSize: 3, stride: 2, padding: 1));
        private readonly Sequential _middle = new(new GroupNorm(4, Deep), new SiLU(), new Conv2d(Deep, Deep, kernelSize: 3, padding: 1), new SiLU());
        private readonly ConvTranspose2d _up = new(Deep, Wide, kernelSize: 2, stride: 2);
        private readonly Sequential _leave = new(
            new Conv2d(2 * Wide, Wide, kernelSize: 3, padding: 1), new SiLU(), new Conv2d(Wide, 1, kernelSize: 3, padding: 1));

        public Tensor Forward(Tensor images, Tensor time)
        {
            var told = _time.Forward(Functional.SinusoidalPositions(1, TimeFeatures, offset: time).Flatten(1)).Unsqueeze(-1).Unsqueeze(-1);
            var wide = _enter.Forward(images) + told.Narrow(1, 0, Wide);
            var deep = _down.Forward(wide) + told.Narrow(1, Wide, Deep);
            var back = _up.Forward(_middle.Forward(deep));
            return _leave.Forward(Tensor.Cat([wide, back], dim: 1));
        }
    }
}
