using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;

namespace GraphForge.Compiler.Tests.Memory;

public sealed class StepOrderTests
{
    [Test]
    public void SmallProblemsGetTheLowestPeakOfAllOrders()
    {
        var random = new Random(1);
        for (var trial = 0; trial < 150; trial++)
        {
            var problem = RandomPlanning.Graph(random, random.Next(1, 7));
            var order = StepOrder.Choose(problem);
            Assert.That(PlanningOracle.IsValidOrder(problem, order), Is.True, $"trial {trial}");
            var best = PlanningOracle.AllOrders(problem).Min(o => PlanningOracle.Peak(problem, o));
            Assert.That(PlanningOracle.Peak(problem, order), Is.EqualTo(best), $"trial {trial}");
        }
    }

    [Test]
    public void LiveBytesAgreeWithTheDefinition()
    {
        var random = new Random(2);
        for (var trial = 0; trial < 100; trial++)
        {
            var problem = RandomPlanning.Graph(random, random.Next(1, 30));
            var order = StepOrder.Choose(problem);
            var lifetimes = Lifetimes.Of(problem, order);
            Assert.That(lifetimes.PeakBytes, Is.EqualTo(PlanningOracle.Peak(problem, order)), $"trial {trial}");
            Assert.That(
                lifetimes.Intervals.Select(i => (i.First, i.Last)), Is.EqualTo(PlanningOracle.Intervals(problem, order)));
        }
    }

    [Test]
    public void NeverWorseThanTheGivenOrder()
    {
        var random = new Random(3);
        for (var trial = 0; trial < 100; trial++)
        {
            var problem = RandomPlanning.Graph(random, random.Next(20, 60));
            var order = StepOrder.Choose(problem);
            var given = Enumerable.Range(0, problem.Steps.Count).ToArray();
            Assert.That(PlanningOracle.IsValidOrder(problem, order), Is.True, $"trial {trial}");
            Assert.That(PlanningOracle.Peak(problem, order), Is.LessThanOrEqualTo(PlanningOracle.Peak(problem, given)));
        }
    }

    [Test]
    public void KeepsTheGivenOrderWhereNothingIsGained()
    {
        var problem = RandomPlanning.Training(20, _ => 4096, _ => 64, updatesLast: false);
        Assert.That(StepOrder.Choose(problem), Is.EqualTo(Enumerable.Range(0, problem.Steps.Count)));
    }

    [Test]
    public void UpdatesListedLastRunAsSoonAsTheyMay()
    {
        var postponed = RandomPlanning.Training(50, _ => 1024, _ => 4096, updatesLast: true);
        var interleaved = RandomPlanning.Training(50, _ => 1024, _ => 4096, updatesLast: false);
        var best = PlanningOracle.Peak(interleaved, Enumerable.Range(0, interleaved.Steps.Count).ToArray());
        Assert.That(
            PlanningOracle.Peak(postponed, StepOrder.Choose(postponed)), Is.LessThanOrEqualTo(best + 1024),
            "the input gradient of a layer is alive while its weights are updated");
    }

    [Test]
    public void ConstraintsAreRespected()
    {
        // Two independent chains; memory alone would finish the first chain before the second starts.
        var values = Enumerable.Range(0, 4)
            .Select(i => new PlannedValue(i, $"v{i}", 640, false, false, SourceLocation.Unknown)).ToArray();
        PlannedStep[] steps =
        [
            new("make a", [], [0], []), new("use a", [0], [1], []), new("make b", [], [2], []), new("use b", [2], [3], []),
        ];
        var order = StepOrder.Choose(new PlanningProblem(values, steps, [(3, 1)]));
        Assert.That(Array.IndexOf(order, 3), Is.LessThan(Array.IndexOf(order, 1)));
    }

    [Test]
    public void CircularConstraintsAreOurDefect()
    {
        PlannedStep[] steps = [new("a", [], [], []), new("b", [], [], [])];
        Assert.That(
            () => StepOrder.Choose(new PlanningProblem([], steps, [(0, 1), (1, 0)])),
            Throws.TypeOf<InternalCompilerException>().With.Message.Contains("circle"));
    }
}
