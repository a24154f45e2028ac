using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Schedules;
using GraphForge.Tests.Serialization;

namespace GraphForge.Tests.Optimizers;

/// <summary>A training that is saved in the midst of accumulating, averaging and waiting for a plateau goes on bit for bit.</summary>
public sealed class OptimizationResumeTests
{
    private static readonly float[] Samples = Values.Sequence(8, first: -3);
    private static readonly long[] Targets = [0, 1, 1, 0];

    [TestCase(false)]
    [TestCase(true)]
    public void Everything_is_saved_with_the_state(bool plateau)
    {
        using var through = Compile(plateau);
        Steps(through, 5);
        var saved = through.StateDict().Clone();
        Steps(through, 6);

        using var resumed = Compile(plateau);
        resumed.LoadStateDict(saved);
        Assert.That((resumed.Steps, resumed.Updates), Is.EqualTo((5L, 2L)));
        Steps(resumed, 6);
        Assert.Multiple(() =>
        {
            Assert.That(resumed.LearningRate, Is.EqualTo(through.LearningRate).And.Not.EqualTo(0.01));
            Assert.That(Bytes(resumed), Is.EqualTo(Bytes(through)));
            using var resumedMeans = resumed.UseAverage();
            using var throughMeans = through.UseAverage();
            Assert.That(Bytes(resumed), Is.EqualTo(Bytes(through)), "running means");
        });
    }

    private static void Steps(Training training, int count)
    {
        for (var step = 0; step < count; step++)
        {
            training.Step<float, long>(Samples, Targets);
            training.EndEpoch(metric: 1);
        }
    }

    private static Training Compile(bool plateau)
    {
        var optimization = new Optimization(new NAdam(0.01))
        {
            Groups = [new ParameterGroup(p => p.Parameter.Shape.Rank < 2, new Adam(0.02, amsgrad: true))],
            Clip = GradientClip.ByNorm(1),
            AccumulateSteps = 2,
            SkipNonFinite = true,
            Average = new WeightAverage(0.9, warmUp: true),
            Schedule = plateau ? null : new ExponentialLR(0.9),
            Plateau = plateau ? new ReduceLROnPlateau(patience: 3, factor: 0.5) : null,
        };
        var model = new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 2));
        return Training.Compile(model, Losses.CrossEntropy, optimization, BatchSpec.Of(4, 2), TestOptions.Default);
    }

    private static byte[] Bytes(Training training) =>
        [.. training.StateDict().OrderBy(t => t.Key, StringComparer.Ordinal).SelectMany(t => SafetensorsTests.Bytes(t.Value))];
}
