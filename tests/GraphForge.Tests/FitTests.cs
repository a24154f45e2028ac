using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests;

public sealed class FitTests
{
    private const int Count = 22;

    [Test]
    public async Task Every_epoch_is_summed_up()
    {
        using var training = Compile(new AdamW(learningRate: 0.05));
        var epochs = await training.FitAsync(Halves(), epochs: 12, validation: Halves());
        Assert.Multiple(() =>
        {
            Assert.That(epochs.Select(e => e.Epoch), Is.EqualTo(Enumerable.Range(1, 12)));
            Assert.That(epochs[^1].Loss, Is.LessThan(epochs[0].Loss));
            Assert.That(epochs[^1].Accuracy, Is.EqualTo(1));
            Assert.That(epochs[^1].Validation!.Accuracy, Is.EqualTo(1));
            Assert.That(epochs[^1].Validation!.Confusion!.Total, Is.EqualTo(Count));
        });
    }

    [Test]
    public async Task Progress_is_told_every_step_and_the_end_of_every_epoch()
    {
        using var training = Compile(new SGD());
        var seen = new Recorder();
        await training.FitAsync(Halves(), epochs: 2, progress: seen);
        // 22 samples in batches of 8: two full ones and one of six.
        Assert.That(seen.Reports.Select(r => (r.Epoch, r.Step, r.Summary is not null)), Is.EqualTo(new[]
        {
            (1, 1, false), (1, 2, false), (1, 3, false), (1, 3, true), (2, 1, false), (2, 2, false), (2, 3, false), (2, 3, true),
        }));
        Assert.That(training.Steps, Is.EqualTo(6));
    }

    [Test]
    public async Task The_order_of_samples_follows_from_the_seed_and_changes_with_the_epoch()
    {
        var losses = await Losses(seed: 1);
        Assert.That(await Losses(seed: 1), Is.EqualTo(losses));
        Assert.That(await Losses(seed: 2), Is.Not.EqualTo(losses));
        // With a learning rate of 0 only the order tells one epoch's steps from another's.
        Assert.That(losses[..2], Is.Not.EqualTo(losses[3..5]));
    }

    [Test]
    public async Task The_mean_loss_weighs_a_partial_batch_by_its_samples()
    {
        using var training = Compile(new SGD(learningRate: 0));
        var epochs = await training.FitAsync(Halves(), epochs: 1, validation: Halves());
        Assert.That(epochs[0].Loss, Is.EqualTo(epochs[0].Validation!.Loss).Within(1e-6));
        Assert.That(epochs[0].Accuracy, Is.EqualTo(epochs[0].Validation!.Accuracy).Within(1e-12));
    }

    [Test]
    public async Task Cancelling_leaves_the_last_finished_step_and_training_may_go_on()
    {
        using var training = Compile(new SGD());
        using var cancellation = new CancellationTokenSource();
        var stop = new Recorder(report => { if (report.Step == 2) cancellation.Cancel(); });
        Assert.That(async () => await training.FitAsync(Halves(), 5, progress: stop, cancellationToken: cancellation.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(training.Steps, Is.EqualTo(2));
        await training.FitAsync(Halves(), epochs: 1);
        Assert.That(training.Steps, Is.EqualTo(5));
    }

    [Test]
    public async Task Two_fits_do_not_run_at_once()
    {
        using var training = Compile(new SGD());
        Exception? inner = null;
        var again = new Recorder(_ => inner ??= Caught(() => training.Step(new float[2], new long[1])));
        await training.FitAsync(Halves(), epochs: 1, progress: again);
        Assert.That(inner, Is.TypeOf<InvalidOperationException>().With.Message
            .EqualTo("This training is already running a step, fit or evaluation; wait for it to end."));
    }

    [Test]
    public void Evaluation_changes_nothing()
    {
        using var training = Compile(new SGD());
        var first = training.Evaluate(Halves()).Loss;
        Assert.That(training.Evaluate(Halves()).Loss, Is.EqualTo(first));
        Assert.That(training.Steps, Is.Zero);
    }

    private static IEnumerable<TestCaseData> WrongData()
    {
        yield return new TestCaseData(new ArrayDataset([], [2], []), "the data set holds no samples.");
        yield return new TestCaseData(new ArrayDataset(new float[3], [3], new long[1]),
            "the data set has samples [3] with a label each, but the training was compiled for float32[2] with a target int64[].");
        yield return new TestCaseData(new ArrayDataset(new float[4], [2], [0, 7]),
            "element 1 of the input 'targets' is 7, but cross-entropy takes classes 0..1.");
    }

    [TestCaseSource(nameof(WrongData))]
    public void Data_that_does_not_fit_is_refused_before_anything_starts(ArrayDataset data, string problem)
    {
        using var training = Compile(new SGD());
        Assert.Multiple(() =>
        {
            Assert.That(Assert.Throws<GraphException>(() => training.FitAsync(data, 1))!.Problem, Is.EqualTo(problem));
            Assert.That(Assert.Throws<GraphException>(() => training.Evaluate(data))!.Problem, Is.EqualTo(problem));
        });
    }

    private static Exception? Caught(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    private static async Task<double[]> Losses(long seed)
    {
        using var training = Compile(new SGD(learningRate: 0), seed);
        var seen = new Recorder();
        await training.FitAsync(Halves(), epochs: 2, progress: seen);
        return [.. seen.Reports.Where(r => r.Summary is null).Select(r => r.Loss)];
    }

    private static Training Compile(Optimizer optimizer, long seed = 0) => Training.Compile(
        new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 2)), GraphForge.Losses.CrossEntropy, optimizer,
        BatchSpec.Of(8, 2), TestOptions.WithSeed(seed));

    /// <summary>Points on a line, told apart by the sign of their first coordinate.</summary>
    private static ArrayDataset Halves()
    {
        var features = new float[2 * Count];
        for (var i = 0; i < Count; i++) (features[2 * i], features[2 * i + 1]) = (i < Count / 2 ? -1 - i * 0.1f : 1 + i * 0.1f, i % 3);
        return new ArrayDataset(features, [2], [.. Enumerable.Range(0, Count).Select(i => i < Count / 2 ? 0L : 1L)]);
    }

    private sealed class Recorder(Action<TrainingProgress>? react = null) : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value)
        {
            Reports.Add(value);
            react?.Invoke(value);
        }
    }
}
