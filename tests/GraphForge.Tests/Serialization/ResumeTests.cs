using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Serialization;

namespace GraphForge.Tests.Serialization;

/// <summary>A training saved and loaded goes on as if it had not been.</summary>
public sealed class ResumeTests
{
    private const int Count = 22;

    [Test]
    public async Task A_resumed_training_goes_on_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        var (whole, half, resumed) = (Net(), Net(), Net());
        using var through = Compile(whole, seed: 5);
        await through.FitAsync(Data(), epochs: 2);
        through.LearningRate = 0.003;
        var expected = await through.FitAsync(Data(), epochs: 2);

        using (var first = Compile(half, seed: 5))
        {
            await first.FitAsync(Data(), epochs: 2);
            first.LearningRate = 0.003;
            Safetensors.SaveSharded(folder.Path, first.StateDict(), maxShardBytes: 500);
        }
        // Of another seed, so that everything that matters must come from the files.
        using var second = Compile(resumed, seed: 77);
        second.LoadStateDict(Safetensors.Load(folder.Path));
        Assert.That((second.Steps, second.LearningRate), Is.EqualTo((6L, 0.003)));
        var actual = await second.FitAsync(Data(), epochs: 2);

        Assert.Multiple(() =>
        {
            Assert.That(actual.Select(e => e.Loss), Is.EqualTo(expected.Select(e => e.Loss)));
            foreach (var (name, tensor) in through.StateDict())
                Assert.That(SafetensorsTests.Bytes(second.StateDict()[name]), Is.EqualTo(SafetensorsTests.Bytes(tensor)), name);
        });
    }

    [Test]
    public void The_state_holds_the_model_the_moments_and_the_counts()
    {
        using var training = Compile(new Linear(2, 2), seed: 0);
        Assert.That(training.StateDict().Keys, Is.SupersetOf(new[]
        {
            "model.weight", "model.bias", "training.learning_rate", "training.step", "training.random_seed",
            "training.weight.exp_avg", "training.weight.exp_avg_sq", "training.bias.exp_avg", "training.bias.exp_avg_sq",
        }));
    }

    [Test]
    public void The_state_of_another_training_is_refused_whole()
    {
        var model = new Linear(2, 2);
        using var adam = Compile(model, seed: 0);
        using var sgd = Training.Compile(new Linear(2, 2), Losses.CrossEntropy, new SGD(), BatchSpec.Of(8, 2), TestOptions.Default);
        var before = model.Weight.AsSpan<float>().ToArray();
        Assert.That(Assert.Throws<GraphException>(() => adam.LoadStateDict(sgd.StateDict()))!.Problem, Is.EqualTo(
            """
            the state does not fit the training of the model Linear; nothing was loaded.
              missing: 'training.weight.exp_avg', 'training.weight.exp_avg_sq', 'training.bias.exp_avg', 'training.bias.exp_avg_sq'
            """.ReplaceLineEndings("\n")));
        Assert.That(model.Weight.AsSpan<float>().ToArray(), Is.EqualTo(before));
    }

    private static Sequential Net() => new(new Linear(2, 16), new Tanh(), new Dropout(0.3), new Linear(16, 2));

    private static Training Compile(Module model, long seed) =>
        Training.Compile(model, Losses.CrossEntropy, new AdamW(0.01), BatchSpec.Of(8, 2), TestOptions.WithSeed(seed));

    private static ArrayDataset Data()
    {
        var features = new float[2 * Count];
        for (var i = 0; i < features.Length; i++) features[i] = MathF.Sin(i * i);
        return new ArrayDataset(features, [2], [.. Enumerable.Range(0, Count).Select(i => (long)(i % 2))]);
    }
}
