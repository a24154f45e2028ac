using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests;

/// <summary>Epochs over named arrays.</summary>
public sealed class TensorDatasetTests
{
    private const int Count = 22;

    [Test]
    public async Task Epochs_over_named_arrays_sum_up_loss_and_metrics()
    {
        using var training = Compile(new AdamW(0.05, weightDecay: 0));
        var seen = new List<(int, int)>();
        var epochs = await training.FitAsync(Data(), batchSize: 8, epochs: 60, validation: Data(), progress: new Recorder(seen));
        Assert.Multiple(() =>
        {
            Assert.That(epochs, Has.Count.EqualTo(60));
            Assert.That(epochs[^1].Loss, Is.LessThan(0.1 * epochs[0].Loss));
            Assert.That(epochs[^1].Metrics["error"], Is.LessThan(epochs[0].Metrics["error"]));
            Assert.That(epochs[^1].Validation!.Metrics["error"], Is.EqualTo(epochs[^1].Metrics["error"]).Within(0.2));
            Assert.That(epochs[^1].ToString(), Does.Match(@"^epoch 60  loss 0\.0\d+  error 0\.\d+  validation loss 0\.0\d+  .* samples/s$"));
            // 22 samples in batches of 8: two full ones and one of six, then the report of the epoch.
            Assert.That(seen.Take(5), Is.EqualTo(new[] { (1, 1), (1, 2), (1, 3), (1, 3), (2, 1) }));
            Assert.That(training.Steps, Is.EqualTo(180));
        });
    }

    [Test]
    public async Task Means_weigh_a_partial_batch_by_its_samples()
    {
        using var training = Compile(new SGD(0));
        var epoch = (await training.FitAsync(Data(), batchSize: 8, epochs: 1))[0];
        var whole = training.Evaluate(Data(), batchSize: Count);
        Assert.That((epoch.Loss, epoch.Metrics["error"]), Is.EqualTo((whole.Loss, whole.Metrics["error"])).Within(1e-6));
        Assert.That(training.Evaluate(Data(), batchSize: 5).Loss, Is.EqualTo(whole.Loss).Within(1e-6));
    }

    [Test]
    public void Extents_of_a_sample_may_be_given()
    {
        var model = new Linear(1, 1);
        using var training = Training.Compile(model, x => x["sequence"].Sum(1).Square().Mean() * ((Tensor)model.Weight).Mean(), new SGD(),
            [TensorSpec.Of<float>("sequence", "batch", "length")], options: TestOptions.Default);
        var data = new TensorDataset(2, NamedArray.Of("sequence", new float[] { 1, 2, 3, 4, 5, 6 }, 2, 3));
        model.Weight.CopyFrom<float>([1]);
        Assert.That(training.Evaluate(data, batchSize: 1).Loss, Is.EqualTo((36 + 225) / 2f));
    }

    [Test]
    public void Data_that_does_not_fit_is_refused_before_anything_starts()
    {
        using var training = Compile(new SGD());
        Assert.Multiple(() =>
        {
            Assert.That(Problem(() => new TensorDataset(0)), Is.EqualTo("the data set holds no samples."));
            Assert.That(Problem(() => new TensorDataset(3, ("x", new float[4]))), Is.EqualTo("'x' holds 4 values, which are not the parts of 3 samples."));
            Assert.That(Problem(() => new TensorDataset(2, NamedArray.Of("x", new float[4], 4))),
                Is.EqualTo("'x' holds 4 values, which are not the parts of 2 samples."));
            Assert.That(Problem(() => training.FitAsync(new TensorDataset(2, ("kind", new long[2])), 2, 1)),
                Is.EqualTo("the input 'position' (float32[batch]) was given no values."));
            Assert.That(Problem(() => training.Evaluate(new TensorDataset(2, ("kind", new long[4]), ("position", new float[2]), ("value", new float[2])), 2)),
                Is.EqualTo("the input 'position' (float32[batch]) takes 4 values with batch = 4; 2 were given."));
        });
    }

    private static string Problem(Action action) => Assert.Throws<GraphException>(action)!.Problem;

    /// <summary>value = position · (kind + 1).</summary>
    private static TensorDataset Data()
    {
        var (kind, position, value) = (new long[Count], new float[Count], new float[Count]);
        for (var i = 0; i < Count; i++)
            (kind[i], position[i], value[i]) = (i % 2, i % 7 - 3, (i % 7 - 3) * (i % 2 + 1));
        return new TensorDataset(Count, ("kind", kind), ("position", position), ("value", value));
    }

    private static Training Compile(Optimizer optimizer)
    {
        var factors = new Linear(2, 1);
        return Training.Compile(factors, x =>
            {
                var chosen = x["kind"].Unsqueeze(1).Eq(Tensor.Arange(2)).To(Runtime.DType.Float32) * x["position"].Unsqueeze(1);
                var prediction = factors.Forward(chosen).Squeeze(1);
                return new LossAndMetrics(Losses.Mse(prediction, x["value"])) { ["error"] = (prediction - x["value"]).Abs().Mean() };
            }, optimizer,
            [TensorSpec.Of<long>("kind", "batch"), TensorSpec.Of<float>("position", "batch"), TensorSpec.Of<float>("value", "batch")],
            options: TestOptions.Default);
    }

    private sealed class Recorder(List<(int, int)> seen) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => seen.Add((value.Epoch, value.Step));
    }
}
