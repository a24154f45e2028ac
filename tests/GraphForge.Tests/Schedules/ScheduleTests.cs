using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Schedules;

namespace GraphForge.Tests.Schedules;

/// <summary>How training follows schedules; their figures are held against PyTorch's by RecordedScheduleTests.</summary>
public sealed class ScheduleTests
{
    [Test]
    public void Steps_follow_the_schedule_without_recompiling()
    {
        using var training = Compile(new Optimization(new SGD(0.8)) { Schedule = new ExponentialLR(0.5) });
        var rates = new List<double>();
        for (var step = 0; step < 4; step++)
        {
            rates.Add(training.LearningRate);
            Step(training);
        }
        Assert.That(rates, Is.EqualTo(new[] { 0.8, 0.4, 0.2, 0.1 }).Within(1e-15));
        Assert.That(training.Compilations, Is.EqualTo(1));
    }

    [Test]
    public void The_compiled_step_uses_the_scheduled_rate()
    {
        var model = new Linear(2, 2);
        var optimization = new Optimization(new SGD(0.1)) { Schedule = new LambdaLR(n => n == 1 ? 0 : 1) };
        using var training = Compile(optimization, model);
        var seen = new List<float>();
        for (var step = 0; step < 4; step++)
        {
            seen.Add(model.NamedParameters()[0].Value.AsSpan<float>()[0]);
            Step(training);
        }
        Assert.That(seen[1], Is.Not.EqualTo(seen[0]));
        Assert.That(seen[2], Is.EqualTo(seen[1]), "the second step has a learning rate of 0");
        Assert.That(seen[3], Is.Not.EqualTo(seen[2]));
    }

    [Test]
    public void A_group_follows_its_own_schedule_from_its_own_rate()
    {
        var optimization = new Optimization(new SGD(1))
        {
            Schedule = new StepLR(1, gamma: 0.5),
            Groups =
            [
                new ParameterGroup(p => p.Name == "bias", new SGD(0.1)) { Schedule = new ConstantLR(0.5, totalIters: 1) },
                new ParameterGroup(p => p.Name == "weight", new SGD(0.3)),
            ],
        };
        using var training = Compile(optimization);
        Step(training);
        Step(training);
        Assert.That(training.Groups.Select(g => g.LearningRate), Is.EqualTo(new[] { 0.25, 0.1, 0.075 }).Within(1e-15));
    }

    [Test]
    public void Schedules_count_updates_and_not_steps_that_accumulate()
    {
        using var training = Compile(new Optimization(new SGD(1)) { Schedule = new StepLR(1, gamma: 0.5), AccumulateSteps = 2 });
        var rates = new List<double>();
        for (var step = 0; step < 5; step++)
        {
            rates.Add(training.LearningRate);
            Step(training);
        }
        Assert.That(rates, Is.EqualTo(new[] { 1, 1, 0.5, 0.5, 0.25 }));
    }

    [Test]
    public async Task Schedules_may_count_epochs()
    {
        using var training = Compile(new Optimization(new SGD(1)) { Schedule = new StepLR(2), ScheduleUnit = ScheduleUnit.Epoch });
        var rates = new List<double>();
        for (var epoch = 0; epoch < 3; epoch++)
        {
            rates.Add(training.LearningRate);
            await training.FitAsync(Data(), epochs: 1);
        }
        rates.Add(training.LearningRate);
        training.EndEpoch();
        rates.Add(training.LearningRate);
        Assert.That(rates, Is.EqualTo(new[] { 1, 1, 0.1, 0.1, 0.01 }).Within(1e-15));
    }

    [Test]
    public async Task A_fit_tells_the_plateau_the_loss_of_every_epoch()
    {
        // With a learning rate this small nothing improves by a tenth, so that every second epoch is one too many.
        var plateau = new ReduceLROnPlateau(factor: 0.5, patience: 0, threshold: 0.1, eps: 0);
        using var training = Compile(new Optimization(new SGD(1e-12)) { Plateau = plateau });
        await training.FitAsync(Data(), epochs: 4, validation: Data());
        Assert.That(training.LearningRate, Is.EqualTo(1e-12 / 8).Within(1e-25));
        Assert.That(training.Compilations, Is.EqualTo(2), "the step and the evaluation");
    }

    [Test]
    public void A_learning_rate_under_a_schedule_cannot_be_set()
    {
        using var training = Compile(new Optimization(new SGD(1)) { Schedule = new StepLR(2) });
        Assert.That(Problem(() => training.LearningRate = 0.1), Is.EqualTo("the learning rate follows StepLR and cannot be set; " +
            "compile the training without a schedule, or use a LambdaLR that reads it from elsewhere."));
    }

    [Test]
    public void A_schedule_that_gives_no_learning_rate_is_named()
    {
        using var training = Compile(new Optimization(new SGD(1)) { Schedule = new LambdaLR(n => 1 - n) });
        Step(training);
        Step(training);
        Assert.That(Problem(() => Step(training)), Is.EqualTo("LambdaLR gives a learning rate of -1 at 2."));
        Assert.That(training.Steps, Is.EqualTo(2));
    }

    [Test]
    public void A_plateau_needs_a_metric()
    {
        using var training = Compile(new Optimization(new SGD(1)) { Plateau = new ReduceLROnPlateau() });
        Assert.That(Problem(() => training.EndEpoch()), Is.EqualTo(
            "the learning rate is lowered by ReduceLROnPlateau, which needs a metric at the end of every epoch; pass one to EndEpoch."));
    }

    [Test]
    public void A_plateau_and_a_schedule_exclude_each_other() =>
        Assert.That(Problem(() => Compile(new Optimization(new SGD(1)) { Plateau = new ReduceLROnPlateau(), Schedule = new StepLR(1) })),
            Is.EqualTo("an Optimization has either schedules or a Plateau, which lowers whatever the learning rate is; leave one out."));

    private static IEnumerable<TestCaseData> WrongSettings()
    {
        yield return Wrong(() => new StepLR(0), "StepLR: stepSize must be at least 1 but is 0.");
        yield return Wrong(() => new StepLR(1, -1), "StepLR: gamma must be at least 0 but is -1.");
        yield return Wrong(() => new MultiStepLR([3, 2]), "MultiStepLR: milestones must ascend from 0 but are 3, 2.");
        yield return Wrong(() => new MultiStepLR([-1]), "MultiStepLR: milestones must ascend from 0 but are -1.");
        yield return Wrong(() => new MultiStepLR([1], double.NaN), "MultiStepLR: gamma must be at least 0 but is NaN.");
        yield return Wrong(() => new ExponentialLR(-0.5), "ExponentialLR: gamma must be at least 0 but is -0.5.");
        yield return Wrong(() => new ConstantLR(1.5), "ConstantLR: factor must lie in [0, 1] but is 1.5.");
        yield return Wrong(() => new ConstantLR(totalIters: 0), "ConstantLR: totalIters must be at least 1 but is 0.");
        yield return Wrong(() => new LinearLR(0), "LinearLR: startFactor must lie in (0, 1] but is 0.");
        yield return Wrong(() => new LinearLR(endFactor: 2), "LinearLR: endFactor must lie in [0, 1] but is 2.");
        yield return Wrong(() => new LinearLR(totalIters: -1), "LinearLR: totalIters must be at least 1 but is -1.");
        yield return Wrong(() => new PolynomialLR(0), "PolynomialLR: totalIters must be at least 1 but is 0.");
        yield return Wrong(() => new PolynomialLR(5, 0), "PolynomialLR: power must be above 0 but is 0.");
        yield return Wrong(() => new CosineAnnealingLR(0), "CosineAnnealingLR: tMax must be at least 1 but is 0.");
        yield return Wrong(() => new CosineAnnealingLR(1, -1), "CosineAnnealingLR: etaMin must be at least 0 but is -1.");
        yield return Wrong(() => new CosineAnnealingWarmRestarts(0), "CosineAnnealingWarmRestarts: t0 must be at least 1 but is 0.");
        yield return Wrong(() => new CosineAnnealingWarmRestarts(1, 0), "CosineAnnealingWarmRestarts: tMult must be at least 1 but is 0.");
        yield return Wrong(() => new OneCycleLR(0, 10), "OneCycleLR: maxLr must be above 0 but is 0.");
        yield return Wrong(() => new OneCycleLR(1, 0), "OneCycleLR: totalSteps must be at least 1 but is 0.");
        yield return Wrong(() => new OneCycleLR(1, 10, 1.5), "OneCycleLR: pctStart must lie in [0, 1] but is 1.5.");
        yield return Wrong(() => new OneCycleLR(1, 10, divFactor: 0), "OneCycleLR: divFactor must be above 0 but is 0.");
        yield return Wrong(() => new OneCycleLR(1, 10, finalDivFactor: -1), "OneCycleLR: finalDivFactor must be above 0 but is -1.");
        yield return Wrong(() => new SequentialLR([], []), "SequentialLR: 0 schedules take 0 milestones between them but were given 0.");
        yield return Wrong(() => new SequentialLR([new StepLR(1)], [3]),
            "SequentialLR: 1 schedules take 0 milestones between them but were given 1.");
        yield return Wrong(() => new SequentialLR([new StepLR(1), new StepLR(1)], [-3]),
            "SequentialLR: milestones must ascend from 0 but are -3.");
        yield return Wrong(() => new ReduceLROnPlateau(factor: 1), "ReduceLROnPlateau: factor must lie in [0, 1) but is 1.");
        yield return Wrong(() => new ReduceLROnPlateau(patience: -1), "ReduceLROnPlateau: patience must be at least 0 but is -1.");
        yield return Wrong(() => new ReduceLROnPlateau(cooldown: -1), "ReduceLROnPlateau: cooldown must be at least 0 but is -1.");
        yield return Wrong(() => new ReduceLROnPlateau(threshold: -1), "ReduceLROnPlateau: threshold must be at least 0 but is -1.");
        yield return Wrong(() => new ReduceLROnPlateau(minLr: -1), "ReduceLROnPlateau: minLr must be at least 0 but is -1.");
        yield return Wrong(() => new ReduceLROnPlateau(eps: double.NaN), "ReduceLROnPlateau: eps must be at least 0 but is NaN.");
    }

    [TestCaseSource(nameof(WrongSettings))]
    public void Settings_out_of_range_are_refused(Func<object> make, string problem) =>
        Assert.That(Problem(() => make()), Is.EqualTo(problem));

    [Test]
    public void After_its_cycle_the_learning_rate_stays_at_its_least()
    {
        var schedule = new OneCycleLR(maxLr: 1, totalSteps: 10);
        Assert.That(new[] { schedule.At(0, 10), schedule.At(0, 1000) }, Is.All.EqualTo(schedule.At(0, 9)));
        Assert.That(schedule.At(0, 9), Is.EqualTo(1 / 25.0 / 1e4).Within(1e-15));
    }

    private static TestCaseData Wrong(Func<object> make, string problem) => new(make, problem);

    private static string Problem(Action action) => Assert.Throws<GraphException>(action)!.Problem;

    private static Training Compile(Optimization optimization, Module? model = null) => Training.Compile(
        model ?? new Linear(2, 2), Losses.CrossEntropy, optimization, BatchSpec.Of(4, 2), TestOptions.Default);

    private static void Step(Training training) => training.Step<float, long>([1, 2, 3, 4, 5, 6, 7, 8], [0, 1, 1, 0]);

    private static ArrayDataset Data() => new([1, 2, 3, 4, 5, 6, 7, 8], [2], [0, 1, 1, 0]);
}
