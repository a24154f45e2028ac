using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;

namespace GraphForge.Compiler.Tests.Memory;

public sealed class MemoryPlannerTests
{
    [Test]
    public void TenThousandStepsAreValid()
    {
        var problem = RandomPlanning.Training(2500, l => 64 + 64 * (l % 9), l => 128 + 64 * (l % 3), updatesLast: true);
        Assert.That(problem.Steps, Has.Count.GreaterThan(10_000));
        var plan = MemoryPlanner.Plan(problem);
        Assert.That(plan.Order.Order(), Is.EqualTo(Enumerable.Range(0, problem.Steps.Count)));
        Assert.That(plan.Report.Ratio, Is.LessThan(1.1));
    }

    [Test]
    public void TheSamePlanEveryTime()
    {
        var (first, second) = (Plan(), Plan());
        Assert.That(first.Order, Is.EqualTo(second.Order));
        Assert.That(first.Layout.Offsets, Is.EqualTo(second.Layout.Offsets));
        Assert.That(first.Barriers, Is.EqualTo(second.Barriers));

        static MemoryPlan Plan() => MemoryPlanner.Plan(RandomPlanning.Graph(new Random(32), 80));
    }

    [Test]
    public void AProgramWithoutStepsHoldsItsInputs()
    {
        var plan = MemoryPlanner.Plan(new PlanningProblem([Value(0, "x", 100, isInput: true, isOutput: true)], [], []));
        Assert.That(plan.Report.ArenaBytes, Is.EqualTo(128));
        Assert.That(plan.Report.Ratio, Is.EqualTo(1));
    }

    [Test]
    public void EmptyValuesTakeNothing()
    {
        var plan = MemoryPlanner.Plan(new PlanningProblem(
            [Value(0, "x", 0, isInput: true), Value(1, "y", 0, isOutput: true)], [new("f", [0], [1], [(1, 0)])], []));
        Assert.That(plan.Report.ArenaBytes, Is.Zero);
    }

    [Test]
    public void OverBudgetSaysHowMuchAndWhere()
    {
        var (kept, smallest) = (MemoryPlanner.Plan(Model()).Report, MemoryPlanner.Plan(Model(), 7 << 20).Report);
        var error = BudgetError.Of(kept, smallest, "keeping every value, as none could be computed again", 7 << 20);
        Assert.That(error.Code, Is.EqualTo(ErrorCode.OverBudget));
        Assert.That(error.Message, Is.EqualTo(
            "Model.cs(7): error GF0204: the program needs 7.5 MiB, 512 KiB more than the budget of 7 MiB (arena 6 MiB, states " +
            "1 MiB, constants 512 KiB, scratch 0 B); the smallest budget that works is 7,864,320 bytes, keeping every value, as none " +
            "could be computed again: raise the budget to that, or make the batch smaller.\n" +
            "The largest values, all alive during matmul:\n       4 MiB  hidden  Model.cs(7)\n       2 MiB  x  Model.cs(3)"));
    }

    [Test]
    public void OverBudgetSaysWhatNoPlanCanDoWithout()
    {
        var report = MemoryPlanner.Plan(Model()).Report;
        Assert.That(report.FloorBytes, Is.EqualTo(report.TotalBytes));
        var error = BudgetError.Of(report, report with { FloorBytes = 5 << 20 }, "computing 1 step again", 4 << 20);
        Assert.That(error.Message, Does.Contain(
            "the smallest budget that works is 7,864,320 bytes, computing 1 step again, and with less than 5,242,880 there is a step that " +
            "cannot run: raise the budget to that"));
    }

    [Test]
    public void ExactlyTheBudgetFits() =>
        Assert.That(MemoryPlanner.Plan(Model(), (7 << 20) + (512 << 10)).Report.TotalBytes, Is.EqualTo((7 << 20) + (512 << 10)));

    private static PlanningProblem Model() => new(
        [
            Value(0, "x", 2 << 20, isInput: true, line: 3),
            Value(1, "hidden", 4 << 20, line: 7),
            Value(2, "loss", 4, isOutput: true, line: 9),
        ],
        [new("matmul", [0], [1], []), new("reduce", [1], [2], [])], [])
    {
        StateBytes = 1 << 20,
        ConstantBytes = 512 << 10,
    };

    private static PlannedValue Value(
        int id, string name, long bytes, bool isInput = false, bool isOutput = false, int line = 0) =>
        new(id, name, bytes, isInput, isOutput, new SourceLocation("src/Model.cs", line));
}
