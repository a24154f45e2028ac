using GraphForge.Compiler.Memory;

namespace GraphForge.Compiler.Tests.Memory;

public sealed class OffsetAssignmentTests
{
    [Test]
    public void FewValuesArePackedToTheOptimum()
    {
        var random = new Random(11);
        var checkedProblems = 0;
        while (checkedProblems < 150)
        {
            var problem = RandomPlanning.Graph(random, random.Next(1, 6), inPlace: false);
            if (problem.Values.Count > 6) continue;
            var order = Enumerable.Range(0, problem.Steps.Count).ToArray();
            var layout = OffsetAssignment.Assign(problem, order);
            Assert.That(layout.ArenaBytes, Is.EqualTo(PlanningOracle.SmallestArena(problem, order)), $"problem {checkedProblems}");
            checkedProblems++;
        }
    }

    [Test]
    public void SharingInPlaceNeverNeedsMoreThanNotSharing()
    {
        var random = new Random(12);
        for (var trial = 0; trial < 150; trial++)
        {
            var problem = RandomPlanning.Graph(random, random.Next(1, 5));
            if (problem.Values.Count > 7) continue;
            var order = Enumerable.Range(0, problem.Steps.Count).ToArray();
            Assert.That(
                OffsetAssignment.Assign(problem, order).ArenaBytes,
                Is.LessThanOrEqualTo(PlanningOracle.SmallestArena(problem, order)), $"trial {trial}");
        }
    }

    [Test]
    public void ValuesThatLiveTogetherStandApart()
    {
        var random = new Random(13);
        for (var trial = 0; trial < 300; trial++)
        {
            var problem = RandomPlanning.Graph(random, random.Next(1, 60));
            var order = StepOrder.Choose(problem);
            var layout = OffsetAssignment.Assign(problem, order);
            Assert.That(PlanningOracle.Collisions(problem, order, layout), Is.Empty, $"trial {trial}");
            Assert.That(layout.LowerBound, Is.EqualTo(PlanningOracle.Peak(problem, order)));
            Assert.That(layout.ArenaBytes, Is.GreaterThanOrEqualTo(layout.LowerBound));
        }
    }

    [Test]
    public void PlansAreCloseToTheLowerBound()
    {
        var random = new Random(14);
        var ratios = new List<double>();
        for (var trial = 0; trial < 60; trial++)
        {
            var problem = RandomPlanning.Graph(random, random.Next(10, 100));
            var layout = OffsetAssignment.Assign(problem, StepOrder.Choose(problem));
            ratios.Add((double)layout.ArenaBytes / layout.LowerBound);
        }
        ratios.Sort();
        TestContext.Out.WriteLine($"plan ÷ lower bound: median {ratios[30]:0.0000}, 90 % {ratios[54]:0.0000}, worst {ratios[^1]:0.0000}");
        Assert.That(ratios[30], Is.LessThanOrEqualTo(1.02));
        Assert.That(ratios[^1], Is.LessThanOrEqualTo(1.25));
    }

    [Test]
    public void AChainInPlaceTakesTheBytesOfOneValue()
    {
        var values = Enumerable.Range(0, 10).Select(i => new PlannedValue(
            i, $"v{i}", 1000, i == 0, i == 9, GraphForge.Compiler.Graph.SourceLocation.Unknown)).ToArray();
        var steps = Enumerable.Range(0, 9).Select(i => new PlannedStep($"s{i}", [i], [i + 1], [(i + 1, i)])).ToArray();
        var layout = OffsetAssignment.Assign(new PlanningProblem(values, steps, []), Enumerable.Range(0, 9).ToArray());
        Assert.That(layout.ArenaBytes, Is.EqualTo(1024));
        Assert.That(layout.Offsets, Is.All.Zero);
    }

    [Test]
    public void HugeProblemsArePackedByOneWalk()
    {
        var problem = RandomPlanning.Training(6000, l => 64 + 64 * (l % 5), _ => 64, updatesLast: false);
        var order = Enumerable.Range(0, problem.Steps.Count).ToArray();
        var layout = OffsetAssignment.Assign(problem, order);
        var intervals = Lifetimes.Of(problem, order).Intervals;
        var byOffset = problem.Values.GroupBy(v => layout.Offsets[v.Id] / 64).SelectMany(g => g.OrderBy(v => intervals[v.Id].First)
            .Zip(g.OrderBy(v => intervals[v.Id].First).Skip(1)));
        Assert.That(byOffset.All(p => intervals[p.First.Id].Last <= intervals[p.Second.Id].First), Is.True);
        Assert.That((double)layout.ArenaBytes / layout.LowerBound, Is.LessThan(1.5));
    }
}
