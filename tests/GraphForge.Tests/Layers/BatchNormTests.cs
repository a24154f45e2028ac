using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Layers;

/// <summary>Running statistics of batch and instance normalisation over training steps, against sums written out here.</summary>
public sealed class BatchNormTests
{
    private const int Channels = 2, Length = 3;

    /// <summary>[batch, channels, length], three batches of unlike sizes.</summary>
    private static readonly float[][] Batches =
    [
        [1, 2, 3, -1, 0, 4, 2, 2, 5, 3, 3, 3],
        [0, 1, 0, 7, 7, 8],
        [1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 0, 0, 1, 1, 2, 2],
    ];

    [TestCase(0.1)]
    [TestCase(0.7)]
    [TestCase(null)]
    public void Running_statistics_take_in_each_batch(double? momentum)
    {
        var layer = new BatchNorm1d(Channels, momentum: momentum);
        Train(layer);
        var (mean, variance) = (new double[] { 0, 0 }, new double[] { 1, 1 });
        foreach (var (index, batch) in Batches.Index())
        {
            var share = momentum ?? 1.0 / (index + 1);
            for (var channel = 0; channel < Channels; channel++)
            {
                var moments = Moments([.. batch.Where((_, i) => i / Length % Channels == channel)]);
                mean[channel] += share * (moments.Mean - mean[channel]);
                variance[channel] += share * (moments.Unbiased - variance[channel]);
            }
        }
        AssertStatistics(layer, mean, variance, batches: 3);
    }

    [Test]
    public void Instance_statistics_are_averaged_over_the_batch()
    {
        var layer = new InstanceNorm1d(Channels, trackRunningStats: true);
        Train(layer);
        var (mean, variance) = (new double[] { 0, 0 }, new double[] { 1, 1 });
        foreach (var batch in Batches)
            for (var channel = 0; channel < Channels; channel++)
            {
                var samples = batch.Chunk(Length).Where((_, i) => i % Channels == channel).Select(Moments).ToArray();
                mean[channel] += 0.1 * (samples.Average(s => s.Mean) - mean[channel]);
                variance[channel] += 0.1 * (samples.Average(s => s.Unbiased) - variance[channel]);
            }
        AssertStatistics(layer, mean, variance, batches: 0);
    }

    [Test]
    public void Instance_statistics_stay_without_a_momentum()
    {
        var layer = new InstanceNorm1d(Channels, momentum: null, trackRunningStats: true);
        Train(layer);
        AssertStatistics(layer, [0, 0], [1, 1], batches: 0);
    }

    [Test]
    public void A_layer_used_twice_in_a_step_takes_in_both_inputs()
    {
        var layer = new BatchNorm1d(1, affine: false);
        var model = new Twice(layer);
        using var training = Compile(model, [1], 1);
        training.Step([1f, 3], [0f, 0]);
        // The mean is 2 first, and then 0 of what the layer itself has made.
        Assert.That(layer.RunningMean!.AsSpan<float>()[0], Is.EqualTo(0.9 * 0.1 * 2).Within(1e-6));
        Assert.That(layer.NumBatchesTracked!.AsSpan<long>()[0], Is.EqualTo(2));
    }

    [Test]
    public void Inference_uses_the_running_statistics()
    {
        var layer = new BatchNorm1d(2, eps: 0);
        layer.Initialize();
        layer.RunningMean!.CopyFrom<float>([1, -1]);
        layer.RunningVar!.CopyFrom<float>([4, 0.25f]);
        layer.Weight!.CopyFrom<float>([1, 2]);
        layer.Bias!.CopyFrom<float>([0, 5]);
        Assert.That(Values.Infer(layer, [2], 3, 0), Is.EqualTo(new float[] { 1, 9 }));
    }

    [Test]
    public void Evaluation_changes_no_statistics()
    {
        var layer = new BatchNorm1d(Channels);
        Train(layer);
        var before = layer.RunningMean!.AsSpan<float>().ToArray();
        Values.Infer(layer, [Channels, Length], Batches[0]);
        Assert.That(layer.RunningMean.AsSpan<float>().ToArray(), Is.EqualTo(before));
    }

    [Test]
    public void Buffers_are_named_as_in_torch() => Assert.That(
        new BatchNorm2d(3).NamedBuffers().Select(b => (b.Key, b.Value.DType.ToString())),
        Is.EqualTo(new[] { ("running_mean", "Float32"), ("running_var", "Float32"), ("num_batches_tracked", "Int64") }));

    [Test]
    public void A_batch_with_one_value_per_channel_is_refused_when_its_size_is_known()
    {
        var layer = new BatchNorm1d(3);
        using var training = Compile(new Sequential(new Linear(2, 3), layer), [2], 3);
        var error = Assert.Throws<GraphException>(() => training.Step(new float[2], new float[3]))!;
        Assert.That(error.Message, Is.EqualTo($"{layer.Site}: error GF0101: BatchNorm1d '1' needs more than 1 value per channel while " +
            "training but was given [batch, 3]; use larger batches, and leave out a last one of a single sample. This is with batch = 1."));
        training.Step(new float[4], new float[6]);
    }

    private static void Train(ChannelNorm layer)
    {
        using var training = Compile(new Sequential(layer, new Flatten(), new Linear(Channels * Length, 1)), [Channels, Length], 1);
        foreach (var batch in Batches) training.Step(batch, new float[batch.Length / (Channels * Length)]);
    }

    private static Training Compile(Module model, long[] sample, int target) => Training.Compile(
        model, Losses.Mse, new SGD(0.01), BatchSpec.Of(2, sample).WithTarget(target), TestOptions.Default);

    private static (double Mean, double Unbiased) Moments(float[] values)
    {
        var mean = values.Average(v => (double)v);
        return (mean, values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
    }

    private static void AssertStatistics(ChannelNorm layer, double[] mean, double[] variance, long batches) => Assert.Multiple(() =>
    {
        Assert.That(layer.RunningMean!.AsSpan<float>().ToArray(), Is.EqualTo(mean).Within(1e-5));
        Assert.That(layer.RunningVar!.AsSpan<float>().ToArray(), Is.EqualTo(variance).Within(1e-4));
        Assert.That(layer.NumBatchesTracked!.AsSpan<long>()[0], Is.EqualTo(batches));
    });

    private sealed class Twice(BatchNorm1d layer) : Module
    {
        private readonly BatchNorm1d _layer = layer;
        private readonly Linear _linear = new(1, 1);

        public override Tensor Forward(Tensor input) => _linear.Forward(_layer.Forward(_layer.Forward(input)));
    }
}
