using GraphForge.Compiler.Memory;

namespace GraphForge.Compiler.Tests.Memory;

/// <summary>Plans that have values wait in memory of the host to fit a budget.</summary>
public sealed class OffloadTests
{
    private const double Fast = 1e6, Slow = 1;

    [Test]
    public void EveryStepFindsTheValuesItWasWrittenFor()
    {
        var random = new Random(61);
        var (offloaded, repeated) = (0, 0);
        for (var trial = 0; trial < 40; trial++)
        {
            // About what steps take, so that some values are fetched and some computed again.
            var problem = RepeatablePlanning.Graph(random, random.Next(2, 60)) with { HostBytesPerMillisecond = random.Next(500, 5000) };
            var kept = MemoryPlanner.Kept(new StepGraph(problem));
            var (most, least) = (kept.Report.TotalBytes, SmallestPlan.Of(new StepGraph(problem), kept).Report.TotalBytes);
            foreach (var budget in Enumerable.Range(0, 4).Select(i => least + (most - least) * i / 4).Distinct())
            {
                var plan = MemoryPlanner.Plan(problem, budget);
                Assert.That(plan.Report.TotalBytes, Is.LessThanOrEqualTo(budget), $"trial {trial}");
                Assert.That(PlanInterpreter.Problems(problem, plan), Is.Empty, $"trial {trial}, budget {budget}");
                offloaded += plan.Report.Choices.Count(c => c.Kind == MemoryChoiceKind.Offload);
                repeated += plan.Report.Choices.Count(c => c.Kind == MemoryChoiceKind.Recompute);
            }
        }
        TestContext.Out.WriteLine($"{offloaded} offloaded, {repeated} repeated");
        Assert.That(offloaded, Is.GreaterThan(100));
        Assert.That(repeated, Is.GreaterThan(20));
    }

    [TestCase(Fast, MemoryChoiceKind.Offload)]
    [TestCase(Slow, MemoryChoiceKind.Recompute)]
    public void WhatCostsLessIsChosen(double bytesPerMillisecond, MemoryChoiceKind expected)
    {
        var problem = RepeatablePlanning.Training(24, l => 1024 + 64 * (l % 5), _ => 512) with { HostBytesPerMillisecond = bytesPerMillisecond };
        var plan = MemoryPlanner.Plan(problem, MemoryPlanner.Kept(new StepGraph(problem)).Report.TotalBytes * 3 / 4);
        Assert.That(PlanInterpreter.Problems(problem, plan), Is.Empty);
        Assert.That(plan.Report.TotalBytes, Is.LessThanOrEqualTo(0.75 * MemoryPlanner.Kept(new StepGraph(problem)).Report.TotalBytes));
        Assert.That(plan.Report.Choices.Select(c => c.Kind).Distinct().ToArray(), Is.EqualTo(new[] { expected }));
        Assert.That(plan.Report.HostBytes, expected == MemoryChoiceKind.Offload ? Is.GreaterThan(4 * 1024) : Is.Zero);
    }

    [Test]
    public void EachTimeIsTheModels()
    {
        var problem = RepeatablePlanning.Training(16, _ => 1024, _ => 512) with { HostBytesPerMillisecond = Fast };
        var plan = MemoryPlanner.Plan(problem, MemoryPlanner.Kept(new StepGraph(problem)).Report.TotalBytes * 6 / 10);
        Assert.That(plan.Report.Choices, Is.Not.Empty);
        foreach (var choice in plan.Report.Choices)
        {
            // There and back, and what each takes to start.
            Assert.That(choice.ModelledMilliseconds, Is.EqualTo(2 * (0.01 + 1024 / Fast)).Within(1e-9));
            Assert.That(choice.BytesSaved, Is.EqualTo(1024));
        }
        var added = plan.Program.Problem.Steps.Sum(s => s.Milliseconds) - problem.Steps.Sum(s => s.Milliseconds);
        Assert.That(added, Is.EqualTo(plan.Report.Choices.Sum(c => c.ModelledMilliseconds)).Within(1e-9));
    }

    /// <summary>Layers of a millisecond and copies of half of one, of which there is time for all, with room and without.</summary>
    [TestCase(0.75, 0.05)]
    [TestCase(0.5, 0.2)]
    public void CopiesRunBesideOtherSteps(double share, double most)
    {
        var problem = RepeatablePlanning.Training(24, _ => 64 * 1024, _ => 512) with { HostBytesPerMillisecond = 128 * 1024 };
        problem = problem with { Steps = [.. problem.Steps.Select(s => s with { IsRepeatable = false, Milliseconds = 1 })] };
        var plan = MemoryPlanner.Plan(problem, (long)(MemoryPlanner.Kept(new StepGraph(problem)).Report.TotalBytes * share));
        Assert.That(PlanInterpreter.Problems(problem, plan), Is.Empty);
        var copies = plan.Program.Problem.Steps.Where(s => s.Transfer != HostTransfer.None).Sum(s => s.Milliseconds);
        var shown = plan.Milliseconds - problem.Steps.Sum(s => s.Milliseconds);
        TestContext.Out.WriteLine($"{shown:F2} of {copies:F2} ms");
        Assert.That(shown, Is.InRange(0, most * copies));
    }

    [Test]
    public void NobodyWaitsLongerThanForAllCopies()
    {
        var random = new Random(67);
        for (var trial = 0; trial < 40; trial++)
        {
            var problem = RepeatablePlanning.Graph(random, random.Next(2, 60)) with { HostBytesPerMillisecond = random.Next(500, 5000) };
            var kept = MemoryPlanner.Kept(new StepGraph(problem));
            var plan = MemoryPlanner.Plan(problem, kept.Report.TotalBytes - kept.Report.ArenaBytes / 4);
            var (work, copies) = (Sum(plan, isCopy: false), Sum(plan, isCopy: true));
            Assert.That(plan.Milliseconds, Is.InRange(Math.Max(work, copies) - 1e-9, work + copies + 1e-9), $"trial {trial}");
        }

        static double Sum(MemoryPlan plan, bool isCopy) => plan.Program.Problem.Steps.Where(s => s.Transfer != HostTransfer.None == isCopy).Sum(s => s.Milliseconds);
    }

    [Test]
    public void StepsThatMayNotRunAgainHaveTheirValuesOffloaded()
    {
        var problem = RepeatablePlanning.Training(12, _ => 1024, _ => 64) with { HostBytesPerMillisecond = Slow };
        problem = problem with { Steps = [.. problem.Steps.Select(s => s with { IsRepeatable = false })] };
        var kept = MemoryPlanner.Kept(new StepGraph(problem));
        var plan = MemoryPlanner.Plan(problem, kept.Report.TotalBytes / 2);
        Assert.That(PlanInterpreter.Problems(problem, plan), Is.Empty);
        Assert.That(plan.Report.TotalBytes, Is.LessThanOrEqualTo(kept.Report.TotalBytes / 2));
    }

    [Test]
    public void WithoutABudgetNothingWaitsAtTheHost()
    {
        var problem = RepeatablePlanning.Training(20, _ => 4096, _ => 512) with { HostBytesPerMillisecond = 1e12 };
        problem = problem with { Steps = [.. problem.Steps.Select(s => s with { Milliseconds = 10 })] };
        Assert.That(MemoryPlanner.Plan(problem).Report.HostBytes, Is.Zero);
        Assert.That(MemoryPlanner.Plan(problem, MemoryPlanner.Kept(new StepGraph(problem)).Report.TotalBytes).Report.HostBytes, Is.Zero);
    }

    /// <summary>With a place for every value, nothing but one step's own values is needed at a time.</summary>
    [Test]
    public void TheSmallestPlanIsNearWhatOneStepNeeds()
    {
        var problem = RepeatablePlanning.Training(16, _ => 1024, _ => 256) with { HostBytesPerMillisecond = Slow };
        var smallest = SmallestPlan.Of(new StepGraph(problem), MemoryPlanner.Kept(new StepGraph(problem)));
        Assert.That(PlanInterpreter.Problems(problem, smallest), Is.Empty);
        Assert.That(smallest.Report.ArenaBytes, Is.LessThanOrEqualTo(SmallestPlan.LargestStep(new StepGraph(problem)) + 1024));
    }

    [Test]
    public void LongProgramsFitHalfTheirMemory()
    {
        var problem = RepeatablePlanning.Training(250, l => 4096 + 64 * (l % 9), l => 128 + 64 * (l % 3)) with { HostBytesPerMillisecond = Fast };
        var plan = MemoryPlanner.Plan(problem, MemoryPlanner.Kept(new StepGraph(problem)).Report.TotalBytes / 2);
        Assert.That(PlanInterpreter.Problems(problem, plan), Is.Empty);
        Assert.That(plan.Report.HostBytes, Is.GreaterThan(0));
    }
}
