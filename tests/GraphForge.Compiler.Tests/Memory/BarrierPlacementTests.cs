using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;

namespace GraphForge.Compiler.Tests.Memory;

public sealed class BarrierPlacementTests
{
    [Test]
    public void NoTwoStepsBetweenBarriersRaceAndNoBarrierIsIdle()
    {
        var random = new Random(21);
        for (var trial = 0; trial < 200; trial++)
        {
            var problem = RandomPlanning.Graph(random, random.Next(2, 40));
            var plan = MemoryPlanner.Plan(problem);
            var start = 0;
            for (var i = 0; i < plan.Order.Count; i++)
            {
                var races = Enumerable.Range(start, i - start).Any(j => PlanningOracle.Race(
                    problem, plan.Layout.Offsets, problem.Steps[plan.Order[j]], problem.Steps[plan.Order[i]]));
                Assert.That(plan.Barriers[i], Is.EqualTo(races), $"trial {trial}, position {i}");
                if (plan.Barriers[i]) start = i;
            }
        }
    }

    [Test]
    public void ReadersOfOneValueShareAnEpoch()
    {
        var problem = Problem([new("make", [], [0], []), new("left", [0], [1], []), new("right", [0], [2], [])]);
        Assert.That(BarrierPlacement.Place(problem, [0, 1, 2], [0, 64, 128]), Is.EqualTo(new[] { false, true, false }));
    }

    [Test]
    public void ReusedBytesNeedABarrier()
    {
        var problem = Problem([new("make", [], [0], []), new("other", [], [1], []), new("third", [], [2], [])]);
        Assert.That(BarrierPlacement.Place(problem, [0, 1, 2], [0, 64, 0]), Is.EqualTo(new[] { false, false, true }));
    }

    [Test]
    public void OverwritingAStateWaitsForItsReaders()
    {
        var problem = Problem(
        [
            new("read", [], [0], []) { StateReads = [5] },
            new("read too", [], [1], []) { StateReads = [5] },
            new("write", [], [2], []) { StateWrites = [5] },
        ]);
        Assert.That(BarrierPlacement.Place(problem, [0, 1, 2], [0, 64, 128]), Is.EqualTo(new[] { false, false, true }));
    }

    private static PlanningProblem Problem(PlannedStep[] steps) => new(
        [.. Enumerable.Range(0, 3).Select(i => new PlannedValue(i, $"v{i}", 10, false, false, SourceLocation.Unknown))], steps, []);
}
