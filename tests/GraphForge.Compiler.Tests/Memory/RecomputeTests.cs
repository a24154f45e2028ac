using GraphForge.Compiler.Memory;

namespace GraphForge.Compiler.Tests.Memory;

/// <summary>Plans that give values up and compute them again to fit a budget.</summary>
public sealed class RecomputeTests
{
    private const int Budgets = 5;

    [Test]
    public void EveryStepFindsTheValuesItWasWrittenFor()
    {
        var random = new Random(51);
        var repeats = 0;
        for (var trial = 0; trial < 100; trial++)
        {
            var problem = RepeatablePlanning.Graph(random, random.Next(2, 60));
            foreach (var (budget, plan) in Plans(problem))
            {
                Assert.That(plan.Report.TotalBytes, Is.LessThanOrEqualTo(budget), $"trial {trial}");
                Assert.That(PlanInterpreter.Problems(problem, plan), Is.Empty, $"trial {trial}, budget {budget}");
                repeats += plan.Program.Repeats.Count;
            }
        }
        Assert.That(repeats, Is.GreaterThan(150));
    }

    [Test]
    public void BarriersKeepRepeatedStepsApartFromThoseTheyRaceWith()
    {
        var random = new Random(52);
        for (var trial = 0; trial < 30; trial++)
        {
            var problem = RepeatablePlanning.Graph(random, random.Next(2, 40));
            foreach (var (budget, plan) in Plans(problem))
                Assert.That(Races(plan), Is.Empty, $"trial {trial}, budget {budget}");
        }
    }

    [Test]
    public void ThePeakFallsWithTheBudget()
    {
        var problem = RepeatablePlanning.Training(24, l => 1024 + 64 * (l % 5), _ => 512);
        var plans = Plans(problem).Reverse().ToArray();
        Assert.That(plans[^1].Plan.Report.TotalBytes, Is.LessThan(0.6 * MemoryPlanner.Kept(new StepGraph(problem)).Report.TotalBytes));
        Assert.That(plans.Select(p => p.Plan.Report.TotalBytes), Is.Ordered.Descending);
        Assert.That(plans.Select(p => p.Plan.Program.Repeats.Count), Is.Ordered);
    }

    [Test]
    public void ABudgetThatFitsRepeatsNothing()
    {
        var problem = RepeatablePlanning.Training(8, _ => 1024, _ => 512);
        var kept = MemoryPlanner.Kept(new StepGraph(problem));
        Assert.That(MemoryPlanner.Plan(problem, kept.Report.TotalBytes).Program.Repeats, Is.Empty);
        Assert.That(MemoryPlanner.Plan(problem, kept.Report.TotalBytes - 64).Program.Repeats, Is.Not.Empty);
    }

    [Test]
    public void WhatCostsNextToNothingIsComputedAgainWithoutABudget()
    {
        var problem = RepeatablePlanning.Training(20, _ => 4096, _ => 512);
        problem = problem with { Steps = [.. problem.Steps.Select((s, i) => s with { Milliseconds = i % 2 == 0 ? 0.001 : 0.1 })] };
        var (kept, plan) = (MemoryPlanner.Kept(new StepGraph(problem)), MemoryPlanner.Plan(problem));
        Assert.That(PlanInterpreter.Problems(problem, plan), Is.Empty);
        Assert.That(plan.Report.TotalBytes, Is.LessThan(0.7 * kept.Report.TotalBytes));
        Assert.That(plan.Report.KeptBytes, Is.EqualTo(kept.Report.TotalBytes));
        Assert.That(plan.Report.Choices.Sum(c => c.ModelledMilliseconds), Is.LessThanOrEqualTo(0.02 * problem.Steps.Sum(s => s.Milliseconds)));
    }

    [Test]
    public void TheSamePlanEveryTime()
    {
        var (first, second) = (Plan(), Plan());
        Assert.That(first.Program.Repeats, Is.Not.Empty);
        Assert.That(first.Program.StepOrigins, Is.EqualTo(second.Program.StepOrigins));
        Assert.That(first.Order, Is.EqualTo(second.Order));
        Assert.That(first.Layout.Offsets, Is.EqualTo(second.Layout.Offsets));

        static MemoryPlan Plan()
        {
            var problem = RepeatablePlanning.Training(40, l => 1024 + 64 * (l % 5), _ => 512);
            return MemoryPlanner.Plan(problem, MemoryPlanner.Kept(new StepGraph(problem)).Report.TotalBytes * 6 / 10);
        }
    }

    [Test]
    public void StepsThatMayNotRunAgainDoNot()
    {
        var problem = RepeatablePlanning.Training(8, _ => 1024, _ => 64);
        problem = problem with { Steps = [.. problem.Steps.Select(s => s with { IsRepeatable = false })] };
        var kept = MemoryPlanner.Kept(new StepGraph(problem));
        var plan = MemoryPlanner.Plan(problem, kept.Report.TotalBytes - 1);
        Assert.That(plan.Program.Repeats, Is.Empty);
        Assert.That(plan.Report.TotalBytes, Is.EqualTo(kept.Report.TotalBytes));
    }

    [Test]
    public void ChoicesAreNearTheBestOfAllOfThem()
    {
        var random = new Random(53);
        var (possible, found, ratios) = (0, 0, new List<double>());
        while (possible < 200)
        {
            var graph = new StepGraph(RepeatablePlanning.Graph(random, random.Next(3, 9)));
            if (AllDrops(graph) is not { Length: <= 10 } drops) continue;
            var traces = Enumerable.Range(0, 1 << drops.Length).Select(set => RepeatTrace.Of(graph, graph.GivenOrder, Chosen(drops, set)))
                .OfType<RepeatTrace>().Select(t => (Peak: t.LiveBytes().Max(), t.Milliseconds)).ToArray();
            var (most, least) = (traces[0].Peak, traces.Min(t => t.Peak));
            if (least == most) continue;
            possible++;
            var limit = least + (most - least) * random.Next(3) / 3;
            var best = traces.Where(t => t.Peak <= limit).Min(t => t.Milliseconds);
            if (RecomputeSearch.Within(graph, graph.GivenOrder, limit) is not { } trace) continue;
            found++;
            Assert.That(trace.LiveBytes().Max(), Is.LessThanOrEqualTo(limit));
            Assert.That(trace.Milliseconds, Is.GreaterThanOrEqualTo(best - 1e-9));
            ratios.Add(trace.Milliseconds / best);
        }
        TestContext.Out.WriteLine($"{found} of {possible} found, time ÷ best on average {ratios.Average():F3}, at most {ratios.Max():F2}");
        Assert.That(found, Is.GreaterThanOrEqualTo(0.9 * possible));
        Assert.That(ratios.Average(), Is.LessThan(1.15));
    }

    [Test]
    public void TenThousandStepsFitHalfTheirMemory()
    {
        var problem = RepeatablePlanning.Training(2500, l => 4096 + 64 * (l % 9), l => 128 + 64 * (l % 3));
        var plan = MemoryPlanner.Plan(problem, MemoryPlanner.Kept(new StepGraph(problem)).Report.TotalBytes / 2);
        Assert.That(PlanInterpreter.Problems(problem, plan), Is.Empty);
    }

    /// <summary>Plans for budgets from what everything kept takes down to the smallest.</summary>
    private static IEnumerable<(long Budget, MemoryPlan Plan)> Plans(PlanningProblem problem)
    {
        var kept = MemoryPlanner.Kept(new StepGraph(problem));
        var (most, least) = (kept.Report.TotalBytes, SmallestPlan.Of(new StepGraph(problem), kept).Report.TotalBytes);
        foreach (var budget in Enumerable.Range(0, Budgets).Select(i => least + (most - least) * i / (Budgets - 1)).Distinct())
            yield return (budget, MemoryPlanner.Plan(problem, budget));
    }

    private static Drop[] AllDrops(StepGraph graph) =>
    [
        .. from value in Enumerable.Range(0, graph.ValueCount)
           where graph.Sources[value] >= 0
           from use in Enumerable.Range(0, graph.Readers[value].Length + 1)
           select new Drop(value, use),
    ];

    private static HashSet<Drop> Chosen(Drop[] drops, int set) => [.. drops.Where((_, i) => (set >> i & 1) != 0)];

    private static IEnumerable<string> Races(MemoryPlan plan)
    {
        var (problem, offsets) = (plan.Program.Problem, plan.Layout.Offsets);
        var since = new List<PlannedStep>();
        foreach (var (position, index) in plan.Order.Index())
        {
            if (plan.Barriers[position]) since.Clear();
            foreach (var earlier in since.Where(s => PlanningOracle.Race(problem, offsets, s, problem.Steps[index])))
                yield return $"{problem.Steps[index].Name} at {position} races with {earlier.Name}";
            since.Add(problem.Steps[index]);
        }
    }
}
