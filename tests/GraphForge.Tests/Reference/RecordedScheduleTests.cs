using System.Text.Json;
using GraphForge.Compiler.Tests.Reference;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Schedules;

namespace GraphForge.Tests.Reference;

/// <summary>Learning rates of each schedule against PyTorch's, which multiplies many of them up step by step.</summary>
public sealed class RecordedScheduleTests
{
    /// <summary>A hundred roundings of float64.</summary>
    private const double Tolerance = 1e-13;

    private static IEnumerable<RecordedSchedule> All { get; } = RecordedFile<RecordedSchedule>.Read("schedules.json.gz");

    private static IEnumerable<RecordedSchedule> Functions => All.Where(s => s.Metrics is null);

    private static IEnumerable<RecordedSchedule> Plateaus => All.Where(s => s.Metrics is not null);

    [TestCaseSource(nameof(Functions))]
    public void Learning_rates_are_those_of_PyTorch(RecordedSchedule recorded)
    {
        var schedule = recorded.Create();
        var rates = recorded.Rates.Select((_, step) => schedule.At(recorded.Base, step)).ToArray();
        Assert.That(rates, Is.EqualTo(recorded.Rates).Within(Tolerance * recorded.Rates.Max()));
    }

    [TestCaseSource(nameof(Plateaus))]
    public void A_plateau_lowers_the_learning_rate_when_PyTorch_does(RecordedSchedule recorded)
    {
        var optimization = new Optimization(new SGD(recorded.Base)) { Plateau = recorded.CreatePlateau() };
        using var training = Training.Compile(
            new Linear(1, 1), Losses.Mse, optimization, BatchSpec.Of(1, 1).WithTarget(1), TestOptions.Default);
        foreach (var (metric, rate) in recorded.Metrics!.Zip(recorded.Rates))
        {
            Assert.That(training.LearningRate, Is.EqualTo(rate).Within(Tolerance));
            training.EndEpoch(metric);
        }
    }

    /// <summary>A scheduler, its settings, and the learning rate of each step; for a plateau, the metric after each.</summary>
    public sealed record RecordedSchedule(
        string Name, string Schedule, Dictionary<string, JsonElement> Arguments, double Base, double[] Rates, double[]? Metrics)
    {
        public LearningRateSchedule Create() => Create(Schedule, new Settings(Arguments));

        public ReduceLROnPlateau CreatePlateau()
        {
            var a = new Settings(Arguments);
            return new ReduceLROnPlateau(
                a.Text("mode") == "max" ? PlateauMode.Max : PlateauMode.Min, a.Number("factor", 0.1), (int)a.Number("patience", 10),
                a.Number("threshold", 1e-4), a.Text("threshold_mode") == "abs" ? ThresholdMode.Abs : ThresholdMode.Rel,
                (int)a.Number("cooldown", 0), a.Number("min_lr", 0), a.Number("eps", 1e-8));
        }

        public override string ToString() => Name;

        private static LearningRateSchedule Create(string name, Settings a) => name switch
        {
            "StepLR" => new StepLR(a.Count("step_size"), a.Number("gamma", 0.1)),
            "MultiStepLR" => new MultiStepLR(a.Counts("milestones"), a.Number("gamma", 0.1)),
            "ExponentialLR" => new ExponentialLR(a.Number("gamma", double.NaN)),
            "ConstantLR" => new ConstantLR(a.Number("factor", 1.0 / 3), a.Count("total_iters", 5)),
            "LinearLR" => new LinearLR(a.Number("start_factor", 1.0 / 3), a.Number("end_factor", 1), a.Count("total_iters", 5)),
            "PolynomialLR" => new PolynomialLR(a.Count("total_iters", 5), a.Number("power", 1)),
            "CosineAnnealingLR" => new CosineAnnealingLR(a.Count("T_max"), a.Number("eta_min", 0)),
            "CosineAnnealingWarmRestarts" => new CosineAnnealingWarmRestarts(a.Count("T_0"), a.Count("T_mult", 1), a.Number("eta_min", 0)),
            "OneCycleLR" => new OneCycleLR(
                a.Number("max_lr", double.NaN), a.Count("total_steps"), a.Number("pct_start", 0.3),
                a.Text("anneal_strategy") == "linear" ? AnnealStrategy.Linear : AnnealStrategy.Cos,
                a.Number("div_factor", 25), a.Number("final_div_factor", 1e4), a.Flag("three_phase")),
            "LambdaLR" when a.Text("lr_lambda") == "inverse_sqrt" => new LambdaLR(n => 1 / Math.Sqrt(1 + n)),
            "LambdaLR" when a.Text("lr_lambda") == "zigzag" => new LambdaLR(n => 0.25 + 0.75 * (n % 3)),
            "SequentialLR" => new SequentialLR(
                [.. a.Parts("schedules").Select(p => Create(p.Name, new Settings(p.Arguments)))], a.Counts("milestones")),
            _ => throw new NotSupportedException($"No schedule is named {name}."),
        };
    }

    /// <summary>Arguments of a scheduler, by PyTorch's names.</summary>
    private sealed class Settings(IReadOnlyDictionary<string, JsonElement> arguments)
    {
        public double Number(string name, double otherwise) =>
            arguments.TryGetValue(name, out var value) ? value.GetDouble() : otherwise;

        public long Count(string name, long otherwise = 0) => (long)Number(name, otherwise);

        public long[] Counts(string name) => [.. arguments[name].EnumerateArray().Select(v => v.GetInt64())];

        public string? Text(string name) => arguments.TryGetValue(name, out var value) ? value.GetString() : null;

        public bool Flag(string name) => arguments.TryGetValue(name, out var value) && value.GetBoolean();

        public IEnumerable<(string Name, Dictionary<string, JsonElement> Arguments)> Parts(string name) => arguments[name].EnumerateArray()
            .Select(part => (part[0].GetString()!, part[1].Deserialize<Dictionary<string, JsonElement>>()!));
    }
}
