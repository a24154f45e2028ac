using System.Globalization;
using System.Text.RegularExpressions;
using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests.Budgets;

/// <summary>The largest batch that fits a budget, and what is said where none does.</summary>
public sealed partial class LargestBatchTests
{
    private static BudgetedModel[] Models => BudgetedModel.All;

    [TestCaseSource(nameof(Models))]
    public void The_batch_fits_and_the_next_does_not(BudgetedModel model)
    {
        using var training = model.Compile(model.Make(), BudgetedModel.Batch, long.MaxValue);
        var budget = training.Memory!.StateBytes + training.Memory.ArenaBytes * 3 / 4;
        var trials = new List<BatchTrial>();
        var batch = training.LargestBatch(budget, new Told(trials));
        TestContext.Out.WriteLine($"{model}: {batch} after {string.Join(", ", trials.Select(t => t.Batch))}");
        using (var fitting = model.Compile(model.Make(), batch, budget)) Assert.That(fitting.Memory!.TotalBytes, Is.LessThanOrEqualTo(budget));
        Assert.That(trials.Where(t => t.Batch == batch + 1).Select(t => t.Fits), Is.EqualTo(new[] { false }));
        Assert.That(trials, Has.Count.LessThanOrEqualTo(12));
        Assert.That(trials.Where(t => t.Fits).Max(t => t.Batch), Is.EqualTo(batch));
        Assert.That(trials.Select(t => t.Memory.TotalBytes <= budget), Is.EqualTo(trials.Select(t => t.Fits)));
    }

    [Test]
    public void Inference_has_a_largest_batch_too()
    {
        var model = new Sequential(new Linear(8, 64), new ReLU(), new Linear(64, 2));
        var compiled = CompiledModel.Compile(model, [8], TestOptions.Default);
        var budget = compiled.Memory(batch: 100)!.TotalBytes;
        var batch = compiled.LargestBatch(budget);
        Assert.That(batch, Is.GreaterThanOrEqualTo(100));
        var bounded = CompiledModel.Compile(model, [8], TestOptions.Default with { MemoryBudget = budget });
        bounded.Prepare(("batch", batch));
        Assert.That(() => bounded.Prepare(("batch", batch + 1)), OverBudget);
    }

    [Test]
    public void The_bounds_of_the_extent_are_those_of_the_answer()
    {
        using var training = Named([TensorSpec.Of<float>("x", new DimSymbol("batch", 2, 37), 4)], x => x["x"]);
        Assert.That(training.LargestBatch(1 << 30), Is.EqualTo(37));
    }

    [Test]
    public void One_of_several_extents_is_enlarged_for_the_values_of_the_others()
    {
        using var training = Named([TensorSpec.Of<float>("x", "batch", "length", 4)], x => x["x"]);
        var (shorter, longer) = (training.LargestBatch(1 << 16, "batch", [("length", 8)]), training.LargestBatch(1 << 16, "batch", [("length", 16)]));
        Assert.That(shorter, Is.InRange(2 * longer, 2.5 * longer));
        Assert.That(training.LargestBatch(1 << 16, "length", [("batch", longer)]), Is.GreaterThanOrEqualTo(16));
    }

    [Test]
    public void Whoever_does_not_say_which_extent_is_asked()
    {
        using var several = Named([TensorSpec.Of<float>("x", "batch", "length", 4)], x => x["x"]);
        using var none = Named([TensorSpec.Of<float>("x", 3, 4)], x => x["x"]);
        Assert.Multiple(() =>
        {
            Assert.That(Problem(() => several.LargestBatch(1 << 20)), Is.EqualTo(
                "the inputs have several open extents, 'batch', 'length'; say which one to enlarge and what the others are: " +
                "LargestBatch(budget, \"batch\", [(\"length\", …)])."));
            Assert.That(Problem(() => several.LargestBatch(1 << 20, "batch", [])), Is.EqualTo("the extent length has no value."));
            Assert.That(Problem(() => several.LargestBatch(1 << 20, "rows", [("length", 1), ("batch", 1)])), Is.EqualTo(
                "no input has an extent rows; there are 'batch', 'length'."));
            Assert.That(Problem(() => none.LargestBatch(1 << 20)), Is.EqualTo(
                "the inputs have no extent that a run decides, so there is no batch to enlarge; give one a name, as in TensorSpec.Of<float>(\"x\", \"batch\", 3)."));
        });
    }

    [Test]
    public void A_budget_below_the_smallest_batch_is_refused_with_what_it_takes()
    {
        using var training = Named([TensorSpec.Of<float>("x", "batch", 4)], x => x["x"]);
        var refusal = Assert.Throws<GraphException>(() => training.LargestBatch(100))!;
        Assert.That(refusal.Code, Is.EqualTo(ErrorCode.OverBudget));
        Assert.That(refusal.Problem, Is.EqualTo(
            "not even batch = 1 fits a budget of 100 bytes: the program then needs at least 288 bytes, 96 of them for parameters and other states; " +
            "raise the budget to that, or make the model smaller."));
    }

    [Test]
    public void A_search_ends_when_it_is_cancelled()
    {
        using var training = Named([TensorSpec.Of<float>("x", "batch", 4)], x => x["x"]);
        using var cancelled = new CancellationTokenSource();
        var trials = 0;
        Assert.That(() => training.LargestBatch(1 << 20, new Telling(_ =>
        {
            trials++;
            cancelled.Cancel();
        }), cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(trials, Is.EqualTo(1));
    }

    [Test]
    public void A_step_that_is_refused_names_the_batch_that_is_not()
    {
        var model = BudgetedModel.All[0];
        using var training = model.Compile(model.Make(), BudgetedModel.Batch, long.MaxValue);
        var budget = training.Memory!.StateBytes + 32_000;
        var refusal = Assert.Throws<GraphException>(() => model.Compile(model.Make(), BudgetedModel.Batch, budget))!;
        var smallest = long.Parse(Text().Match(refusal.Message).Groups["smallest"].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        Assert.That(refusal.Message, Does.Match(Text()));
        using (var least = model.Compile(model.Make(), BudgetedModel.Batch, smallest)) Assert.That(least.Memory!.TotalBytes, Is.LessThanOrEqualTo(smallest));
        Assert.That(refusal.Message, Does.EndWith($"\nThe largest batch that fits the budget as a whole is {training.LargestBatch(budget)}."));
    }

    /// <summary>Sizes of working memory differ from processor to processor.</summary>
    [GeneratedRegex(@"^BudgetedModel\.cs\(\d+\): error GF0204: the program needs [\d.]+ KiB, [\d.]+ KiB more than the budget of [\d.]+ KiB " +
        @"\(arena [\d.]+ KiB, states [\d.]+ KiB, constants 0 B, scratch [\d.]+ KiB\); the smallest budget that works is (?<smallest>[\d,]+) bytes, " +
        @"(running the batch in \d+ slices|computing \d+ steps? again)( and computing \d+ steps? again)?(, and with less than [\d,]+ there is a step that cannot run)?: raise the budget to that, or make the batch smaller\.\n" +
        @"The largest values, all alive during K\d+\w+:\n( +\d+ (KiB|B)  \w+  \w+\[[\d, ]*\]  BudgetedModel\.cs\(\d+\)\n){10}The largest batch that fits the budget as a whole is \d+\.$")]
    private static partial Regex Text();

    private static Training Named(TensorSpec[] inputs, Func<NamedTensors, Tensor> input)
    {
        var layer = new Linear(4, 4);
        return Training.Compile(layer, x => layer.Forward(input(x)).Tanh().Mean(), new SGD(0.1), inputs, options: TestOptions.Default);
    }

    private static NUnit.Framework.Constraints.IResolveConstraint OverBudget =>
        Throws.TypeOf<GraphException>().With.Property(nameof(GraphException.Code)).EqualTo(ErrorCode.OverBudget);

    private static string Problem(Action action) => Assert.Throws<GraphException>(action)!.Problem;

    private sealed class Told(List<BatchTrial> trials) : IProgress<BatchTrial>
    {
        public void Report(BatchTrial value) => trials.Add(value);
    }

    private sealed class Telling(Action<BatchTrial> tell) : IProgress<BatchTrial>
    {
        public void Report(BatchTrial value) => tell(value);
    }
}
