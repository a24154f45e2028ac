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
            var smallest = PlanningOracle.SmallestArena(problem, order);
            Assert.That(layout.ArenaBytes, Is.EqualTo(smallest), $"problem {checkedProblems}");
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
        foreach (var sameOffset in problem.Values.GroupBy(v => layout.Offsets[v.Id]))
        {
            var byTime = sameOffset.Select(v => intervals[v.Id]).OrderBy(i => i.First).ToArray();
            Assert.That(byTime.Zip(byTime.Skip(1)).All(p => p.First.Last <= p.Second.First), Is.True);
        }
        Assert.That((double)layout.ArenaBytes / layout.LowerBound, Is.LessThan(1.5));
    }
}
