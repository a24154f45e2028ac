using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime.Device;

namespace GraphForge.Tests.Devices;

/// <summary>Trainings on a device: what they learn, and that whoever looks at a parameter elsewhere sees what was learnt.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Present))]
public sealed class DeviceTrainingTests(TestDevice on)
{
    private const int Batch = 4;

    [Test]
    public void A_network_learns_the_same_as_on_the_processor()
    {
        using var device = on.Open();
        var (here, there) = (Network(), Network());
        using var processor = Compile(here, null);
        using var training = Compile(there, device);
        for (var step = 0; step < 3; step++)
        {
            var (samples, targets) = Data(step, step == 1 ? Batch - 1 : Batch);
            Assert.That(training.Step<float, long>(samples, targets), Is.EqualTo(processor.Step<float, long>(samples, targets)).Within(0.01).Percent, $"loss of step {step}");
        }
        AssertSameParameters(there, here);
        var (last, labels) = Data(9, Batch);
        NamedArray[] inputs = [(training.Inputs[0].Name, last), (training.Inputs[1].Name, labels)];
        Assert.That(training.Evaluate(inputs).Loss, Is.EqualTo(processor.Evaluate(inputs).Loss).Within(0.01).Percent);
        Assert.That(training.Steps, Is.EqualTo(3));
    }

    [Test]
    public void Programs_of_a_device_and_of_the_processor_share_parameters()
    {
        using var device = on.Open();
        var model = Network();
        using var training = Compile(model, device);
        var here = CompiledModel.Compile(model, [1, 6, 6], TestOptions.Default);
        var there = CompiledModel.Compile(model, [1, 6, 6], TestOptions.Default with { Device = device });
        var (samples, targets) = Data(0, Batch);
        var (expected, actual) = (new float[Batch * 5], new float[Batch * 5]);
        for (var step = 0; step < 2; step++)
        {
            training.Step<float, long>(samples, targets);
            here.Run(samples, expected);
            there.Run(samples, actual);
            Assert.That(actual, Is.EqualTo(expected).Within(1e-4f), $"after step {step}");
        }
        foreach (var parameter in model.Parameters()) parameter.Edit<float>(values => values.Fill(0.01f));
        here.Run(samples, expected);
        there.Run(samples, actual);
        Assert.That(actual, Is.EqualTo(expected).Within(1e-4f), "after an edit");
    }

    [Test]
    public void A_device_that_is_disposed_leaves_what_was_learnt()
    {
        var (model, twin) = (Network(), Network());
        using var processor = Compile(twin, null);
        var (samples, targets) = Data(0, Batch);
        Training training;
        using (var device = on.Open())
        {
            training = Compile(model, device);
            training.Step<float, long>(samples, targets);
        }
        processor.Step<float, long>(samples, targets);
        AssertSameParameters(model, twin);
        Assert.That(() => training.Step<float, long>(samples, targets), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_training_goes_on_elsewhere()
    {
        using var device = on.Open();
        var (model, twin) = (Network(), Network());
        var (samples, targets) = Data(0, Batch);
        using var training = Compile(model, device);
        training.Step<float, long>(samples, targets);
        using var resumed = Compile(twin, null);
        resumed.LoadStateDict(training.StateDict());
        var next = Data(1, Batch);
        Assert.That(resumed.Step<float, long>(next.Samples, next.Targets), Is.EqualTo(training.Step<float, long>(next.Samples, next.Targets)).Within(0.01).Percent);
        AssertSameParameters(model, twin);
    }

    /// <summary>Batches are copied while the one before is at work; the last one is smaller and is not.</summary>
    [Test]
    public async Task Whole_epochs_give_what_they_give_on_the_processor()
    {
        using var device = on.Open();
        using var processor = Compile(Network(), null);
        using var training = Compile(Network(), device);
        var (samples, targets) = Data(0, 3 * Batch + 1);
        var data = new GraphForge.Data.ArrayDataset(samples, [1, 6, 6], targets);
        var expected = await processor.FitAsync(data, 2, data);
        var actual = await training.FitAsync(data, 2, data);
        foreach (var (a, e) in actual.Zip(expected))
            Assert.That((double[])[a.Loss, a.Validation!.Loss, a.Accuracy], Is.EqualTo((double[])[e.Loss, e.Validation!.Loss, e.Accuracy]).Within(1e-3));
        Assert.That(training.Steps, Is.EqualTo(8));
    }

    /// <summary>The batch that was copied ahead is not what the next step is given.</summary>
    [Test]
    public async Task A_fit_that_is_cancelled_leaves_nothing_behind()
    {
        using var device = on.Open();
        using var processor = Compile(Network(), null);
        using var training = Compile(Network(), device);
        var (samples, targets) = Data(0, 3 * Batch);
        var data = new GraphForge.Data.ArrayDataset(samples, [1, 6, 6], targets);
        foreach (var each in new[] { processor, training })
        {
            using var cancellation = new CancellationTokenSource();
            var cancel = new Cancelling(cancellation);
            try
            {
                await each.FitAsync(data, 1, progress: cancel, cancellationToken: cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                // After the first step.
            }
            Assert.That(each.Steps, Is.EqualTo(1));
        }
        var (others, labels) = Data(5, Batch);
        Assert.That(training.Step<float, long>(others, labels), Is.EqualTo(processor.Step<float, long>(others, labels)).Within(0.01).Percent);
    }

    [Test]
    public void The_time_of_every_kernel_is_measured()
    {
        using var device = on.Open();
        using var training = Compile(Network(), device);
        var (samples, targets) = Data(0, Batch);
        var times = training.Profile<float, long>(samples, targets);
        Assert.That(times, Is.Not.Empty);
        Assert.That(times.Select(t => t.Time), Has.All.GreaterThanOrEqualTo(TimeSpan.Zero));
        Assert.That(training.Steps, Is.EqualTo(1));
    }

    internal static Training Compile(Module model, ComputeDevice? device) => Training.Compile(model, Losses.CrossEntropy,
        new AdamW(learningRate: 0.01), BatchSpec.Of(Batch, 1, 6, 6), TestOptions.Default with { Device = device });

    internal static Sequential Network() => new(
        new Conv2d(1, 3, 3, padding: 1), new ReLU(), new MaxPool2d(2), new Flatten(), new LayerNorm(27), new Linear(27, 5));

    internal static (float[] Samples, long[] Targets) Data(int seed, int count)
    {
        var random = new Random(seed);
        return ([.. Enumerable.Range(0, count * 36).Select(_ => random.NextSingle())], [.. Enumerable.Range(0, count).Select(i => (long)((i + seed) % 5))]);
    }

    private sealed class Cancelling(CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => source.Cancel();
    }

    private static void AssertSameParameters(Module actual, Module expected)
    {
        foreach (var ((name, a), (_, e)) in actual.NamedParameters().Zip(expected.NamedParameters()))
            Assert.That(a.AsSpan<float>().ToArray(), Is.EqualTo(e.AsSpan<float>().ToArray()).Within(1e-4f), name);
    }
}
