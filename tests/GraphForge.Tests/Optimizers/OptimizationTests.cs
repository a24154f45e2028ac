using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tests.Optimizers;

/// <summary>What happens around an optimizer: groups, clipping, accumulation, skipped steps.</summary>
public sealed class OptimizationTests
{
    private const int Inputs = 6;
    private const int Classes = 3;

    [Test]
    public void A_parameter_belongs_to_the_first_group_that_claims_it()
    {
        var optimization = new Optimization(new SGD(0.1))
        {
            Groups =
            [
                new ParameterGroup(p => p.Parameter.Shape.Rank < 2, new SGD(0.2)),
                new ParameterGroup(p => p.Name.StartsWith("0.", StringComparison.Ordinal), new SGD(0.3)),
                new ParameterGroup(p => p.Module is Conv2d, new SGD(0.4)),
            ],
        };
        using var training = Compile(optimization, out _);
        Assert.Multiple(() =>
        {
            Assert.That(training.Groups.Select(g => g.Parameters),
                Is.EqualTo(new string[][] { ["2.weight"], ["0.bias", "2.bias"], ["0.weight"], [] }));
            Assert.That(training.Groups.Select(g => g.LearningRate), Is.EqualTo(new[] { 0.1, 0.2, 0.3, 0.4 }));
        });
    }

    [Test]
    public void A_group_is_claimed_by_the_module_that_holds_the_parameter()
    {
        var optimization = new Optimization(new SGD(0.1))
        {
            Groups = [new ParameterGroup(p => p.Module is Linear { Path: "2" }, new SGD(0.2))],
        };
        using var training = Compile(optimization, out _);
        Assert.That(training.Groups[1].Parameters, Is.EqualTo(new[] { "2.weight", "2.bias" }));
    }

    [Test]
    public void Learning_rates_of_groups_act_from_the_next_step_on_and_recompile_nothing()
    {
        var optimization = new Optimization(new SGD(0.1))
        {
            Groups = [new ParameterGroup(p => p.Parameter.Shape.Rank < 2, new SGD(0.2))],
        };
        using var training = Compile(optimization, out var model);
        Step(training, 4);
        training.Groups[1].LearningRate = 0;
        var (weights, biases) = (Weights(model), Biases(model));
        Step(training, 4);
        Assert.That(Biases(model), Is.EqualTo(biases));
        Assert.That(Weights(model), Is.Not.EqualTo(weights));
        training.LearningRate = 0;
        training.Groups[1].LearningRate = 0.1;
        (weights, biases) = (Weights(model), Biases(model));
        Step(training, 4);
        Assert.That(Weights(model), Is.EqualTo(weights));
        Assert.That(Biases(model), Is.Not.EqualTo(biases));
        Assert.That(training.Compilations, Is.EqualTo(1));
    }

    [Test]
    public void Accumulated_steps_are_one_step_of_a_larger_batch()
    {
        const int updates = 5, parts = 4, size = 8;
        using var whole = Compile(new SGD(0.2, momentum: 0.9), out var wholeModel, parts * size);
        using var split = Compile(new Optimization(new SGD(0.2, momentum: 0.9)) { AccumulateSteps = parts }, out var splitModel, size);
        for (var update = 0; update < updates; update++)
        {
            Step(whole, parts * size, offset: update * parts * size);
            for (var part = 0; part < parts; part++) Step(split, size, offset: (update * parts + part) * size);
        }
        Assert.That((split.Steps, split.Updates, split.Compilations), Is.EqualTo((updates * parts, updates, 1)));
        Assert.That(Parameters(splitModel), Is.EqualTo(Parameters(wholeModel)).Within(1e-6));
    }

    [Test]
    public void Nothing_moves_while_gradients_accumulate()
    {
        using var training = Compile(new Optimization(new AdamW(0.1)) { AccumulateSteps = 3 }, out var model);
        var before = Parameters(model);
        for (var step = 1; step <= 2; step++) Step(training, 4);
        Assert.That(Parameters(model), Is.EqualTo(before));
        Step(training, 4);
        Assert.That(Parameters(model), Is.Not.EqualTo(before));
    }

    [Test]
    public void A_step_that_is_not_finite_is_skipped_when_asked()
    {
        using var training = Compile(new Optimization(new AdamW(0.1)) { SkipNonFinite = true }, out var model);
        Step(training, 4);
        var before = Parameters(model);
        training.Step<float, long>([.. Samples(3, 0), .. Enumerable.Repeat(float.NaN, Inputs)], Targets(4, 0));
        Assert.That(Parameters(model), Is.EqualTo(before));
        Assert.That((training.Steps, training.Updates, training.SkippedSteps), Is.EqualTo((2L, 1L, 1L)));
        Step(training, 4);
        Assert.That(Parameters(model), Is.Not.EqualTo(before).And.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void A_step_that_is_not_finite_is_done_unless_asked()
    {
        using var training = Compile(new AdamW(0.1), out var model);
        training.Step<float, long>([.. Samples(3, 0), .. Enumerable.Repeat(float.NaN, Inputs)], Targets(4, 0));
        Assert.That(Parameters(model), Has.Some.NaN);
        Assert.That((training.Updates, training.SkippedSteps), Is.EqualTo((1L, 0L)));
    }

    [Test]
    public void The_gradient_norm_is_told_when_asked_and_changes_nothing()
    {
        using var silent = Compile(new SGD(0.1), out var silentModel);
        using var telling = Compile(new Optimization(new SGD(0.1)) { ReportGradientNorm = true }, out var tellingModel);
        Assert.That(telling.GradientNorm, Is.NaN);
        var before = Parameters(silentModel);
        Step(silent, 4);
        Step(telling, 4);
        // With plain descent the step is the gradient times the learning rate.
        var norm = Math.Sqrt(Parameters(silentModel).Zip(before, (a, b) => Math.Pow((a - b) / 0.1, 2)).Sum());
        Assert.That(telling.GradientNorm, Is.EqualTo(norm).Within(1e-5));
        Assert.That(Parameters(tellingModel), Is.EqualTo(Parameters(silentModel)).Within(1e-7));
        Assert.That(silent.GradientNorm, Is.NaN);
    }

    [Test]
    public void Clipped_steps_are_the_same_bits_for_any_number_of_threads()
    {
        var first = Run(1);
        Assert.That(Run(2), Is.EqualTo(first));
        Assert.That(Run(3), Is.EqualTo(first));

        static long[] Run(int threads)
        {
            var model = new Sequential(new Linear(Inputs, 301), new Tanh(), new Linear(301, 257), new Tanh(), new Linear(257, Classes));
            var optimization = new Optimization(new AdamW(1e-2))
            {
                Clip = GradientClip.ByNorm(0.1),
                SkipNonFinite = true,
                AccumulateSteps = 2,
                Average = new WeightAverage(0.9),
            };
            using var training = Training.Compile(
                model, Losses.CrossEntropy, optimization, BatchSpec.Of(32, Inputs), TestOptions.Default with { Threads = threads });
            for (var step = 0; step < 8; step++) Step(training, 32, step * 32);
            return [BitConverter.DoubleToInt64Bits(training.GradientNorm), .. Parameters(model).Select(v => (long)BitConverter.SingleToInt32Bits(v))];
        }
    }

    [Test]
    public void A_step_with_everything_allocates_nothing()
    {
        var optimization = new Optimization(new NAdam(1e-2))
        {
            Groups = [new ParameterGroup(p => p.Parameter.Shape.Rank < 2, new SGD(0.1, momentum: 0.9))],
            Clip = GradientClip.ByNorm(1),
            AccumulateSteps = 2,
            SkipNonFinite = true,
            Average = new WeightAverage(0.99, warmUp: true),
            Schedule = new GraphForge.Schedules.CosineAnnealingLR(100),
        };
        using var training = Compile(optimization, out _);
        var (samples, targets) = (Samples(4, 0), Targets(4, 0));
        for (var warmUp = 0; warmUp < 10; warmUp++) training.Step<float, long>(samples, targets);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 10; step++) training.Step<float, long>(samples, targets);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    /// <summary>Parameters of float64 are updated in float64, alone and clipped together with float32 ones.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void Float64_parameters_are_updated_in_float64(bool clipped)
    {
        var model = new TwoTypes();
        var optimization = new Optimization(new SGD(0.1)) { Clip = clipped ? GradientClip.ByNorm(0.5) : null };
        using var training = Training.Compile(model, optimization: optimization, function: x => model.Forward(x["x"]),
            inputs: [TensorSpec.Of<float>("x")]);
        training.Step(("x", new[] { 1f }));
        // Gradients 3·10⁻⁹ and 4.
        var factor = clipped ? 0.5 / (4 + 1e-6) : 1;
        Assert.That(model.Wide.AsSpan<double>()[0], Is.EqualTo(1 - 0.1 * 3e-9 * factor).Within(1e-15));
        Assert.That(model.Narrow.AsSpan<float>()[0], Is.EqualTo(1 - 0.1 * 4 * factor).Within(1e-6));
    }

    private static IEnumerable<TestCaseData> WrongSettings()
    {
        yield return Wrong(() => new Optimization(new SGD()) { AccumulateSteps = 0 }, "Optimization.AccumulateSteps must be at least 1 but is 0.");
        yield return Wrong(() => GradientClip.ByNorm(0), "GradientClip.ByNorm: maxNorm must be above 0 but is 0.");
        yield return Wrong(() => GradientClip.ByNorm(1, -2), "GradientClip.ByNorm: normType must be above 0 (infinity for the largest element) but is -2.");
        yield return Wrong(() => GradientClip.ByValue(double.NaN), "GradientClip.ByValue: clipValue must be above 0 but is NaN.");
        yield return Wrong(() => new WeightAverage(1), "WeightAverage: decay must lie in [0, 1) but is 1.");
        yield return Wrong(() => new SGD(momentum: -1), "SGD: momentum must be at least 0 but is -1.");
        yield return Wrong(() => new SGD(dampening: double.NaN), "SGD: dampening must be a number but is NaN.");
        yield return Wrong(() => new SGD(weightDecay: -1), "SGD: weightDecay must be at least 0 but is -1.");
        yield return Wrong(() => new Adam(betas: (0.9, 1.5)), "Adam: betas.Second must lie in [0, 1) but is 1.5.");
        yield return Wrong(() => new RMSprop(alpha: 2), "RMSprop: alpha must lie in [0, 1] but is 2.");
        yield return Wrong(() => new RMSprop(momentum: -0.5), "RMSprop: momentum must be at least 0 but is -0.5.");
        yield return Wrong(() => new RMSprop(eps: -1), "RMSprop: eps must be at least 0 but is -1.");
        yield return Wrong(() => new Adagrad(lrDecay: -1), "Adagrad: lrDecay must be at least 0 but is -1.");
        yield return Wrong(() => new Adagrad(initialAccumulatorValue: -1), "Adagrad: initialAccumulatorValue must be at least 0 but is -1.");
        yield return Wrong(() => new Adagrad(eps: -1), "Adagrad: eps must be at least 0 but is -1.");
        yield return Wrong(() => new Adadelta(rho: 1), "Adadelta: rho must lie in [0, 1) but is 1.");
        yield return Wrong(() => new Adadelta(eps: -1), "Adadelta: eps must be at least 0 but is -1.");
        yield return Wrong(() => new Adamax(betas: (-1, 0)), "Adamax: betas.First must lie in [0, 1) but is -1.");
        yield return Wrong(() => new Adamax(eps: double.PositiveInfinity), "Adamax: eps must be at least 0 but is Infinity.");
        yield return Wrong(() => new NAdam(momentumDecay: -1), "NAdam: momentumDecay must be at least 0 but is -1.");
        yield return Wrong(() => new NAdam(betas: (0, 1)), "NAdam: betas.Second must lie in [0, 1) but is 1.");
        yield return Wrong(() => new RAdam(eps: -1), "RAdam: eps must be at least 0 but is -1.");
        yield return Wrong(() => new Lion(betas: (1, 0)), "Lion: betas.First must lie in [0, 1) but is 1.");
        yield return Wrong(() => new Lion(weightDecay: double.NaN), "Lion: weightDecay must be at least 0 but is NaN.");
    }

    [TestCaseSource(nameof(WrongSettings))]
    public void Settings_out_of_range_are_refused(Func<object> make, string problem) =>
        Assert.That(Assert.Throws<GraphException>(() => make())!.Problem, Is.EqualTo(problem));

    [Test]
    public void An_optimizer_that_changes_the_shape_is_refused() =>
        Assert.That(Assert.Throws<GraphException>(() => Compile(new Summing(), out _))!.Problem,
            Is.EqualTo("Summing updates '0.weight', float32[4, 6], to float32[]."));

    private static TestCaseData Wrong(Func<object> make, string problem) => new(make, problem);

    private static Training Compile(Optimization optimization, out Module model, int batch = 4)
    {
        model = new Sequential(new Linear(Inputs, 4), new Tanh(), new Linear(4, Classes));
        return Training.Compile(model, Losses.CrossEntropy, optimization, BatchSpec.Of(batch, Inputs), TestOptions.Default);
    }

    private static void Step(Training training, int count, int offset = 0) =>
        training.Step<float, long>(Samples(count, offset), Targets(count, offset));

    private static float[] Samples(int count, int offset) =>
        [.. Enumerable.Range(offset * Inputs, count * Inputs).Select(i => 2 * Threefry.Uniform(5, 0, i) - 1)];

    private static long[] Targets(int count, int offset) => [.. Enumerable.Range(offset, count).Select(i => (long)i % Classes)];

    private static float[] Parameters(Module model) => [.. model.NamedParameters().SelectMany(p => p.Value.AsSpan<float>().ToArray())];

    private static float[] Weights(Module model) => OfRank(model, 2);

    private static float[] Biases(Module model) => OfRank(model, 1);

    private static float[] OfRank(Module model, int rank) =>
        [.. model.NamedParameters().Where(p => p.Value.Shape.Rank == rank).SelectMany(p => p.Value.AsSpan<float>().ToArray())];

    private sealed class Summing() : Optimizer(0.1)
    {
        protected override Tensor Update(OptimizerStep step) => step.Parameter.Sum();
    }

    private sealed class TwoTypes : Module
    {
        public Parameter Wide { get; } = new(Init.Ones, DType.Float64);

        public Parameter Narrow { get; } = new(Init.Ones);

        public override Tensor Forward(Tensor input) => (input.To(DType.Float64) * Wide * 3e-9 + (input * Narrow * 4).To(DType.Float64)).Sum();
    }
}
