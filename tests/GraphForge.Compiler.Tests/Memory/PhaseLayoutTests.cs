using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;

namespace GraphForge.Compiler.Tests.Memory;

public sealed class PhaseLayoutTests
{
    /// <summary>As in training: large values follow one another, and each has a small sum by which a state is updated.</summary>
    [Test]
    public void Small_values_make_nobody_wait()
    {
        const int Layers = 6;
        var values = Enumerable.Range(0, 2 * Layers).Select(i => new PlannedValue(i, $"v{i}", i < Layers ? 1 << 20 : 256, false, i == Layers - 1, SourceLocation.Unknown));
        var input = new PlannedValue(2 * Layers, "input", 4 << 20, true, false, SourceLocation.Unknown);
        var steps = Enumerable.Range(0, Layers).SelectMany(i => new PlannedStep[]
        {
            new($"large {i}", [i == 0 ? input.Id : i - 1], [i], []),
            new($"sum {i}", [i], [Layers + i], []),
            new($"update {i}", [Layers + i], [], []) { StateWrites = [i] },
        });
        var plan = MemoryPlanner.Plan(new PlanningProblem([.. values, input], [.. steps], []));
        Assert.That(plan.Layout.ArenaBytes, Is.EqualTo(plan.Layout.LowerBound));
        // The longest chain is the large values, the last sum and its update.
        Assert.That(plan.Barriers.Count(b => b), Is.EqualTo(Layers + 1));
    }

    [Test]
    public void An_order_by_phases_has_no_more_barriers_and_needs_no_more_bytes()
    {
        var random = new Random(5);
        for (var trial = 0; trial < 200; trial++)
        {
            var graph = new StepGraph(RandomPlanning.Graph(random, random.Next(2, 60)));
            var order = StepOrder.Choose(graph);
            var layout = OffsetAssignment.Assign(graph, order);
            var before = BarrierPlacement.Place(graph.Problem, order, layout.Offsets).Count(b => b);
            var (phased, apart) = PhaseLayout.Of(graph, order, layout);
            Assert.That(BarrierPlacement.Place(graph.Problem, phased, apart.Offsets).Count(b => b), Is.LessThanOrEqualTo(before), $"trial {trial}");
            Assert.That(apart.Offsets.Zip(graph.Sizes, (o, s) => o + s).DefaultIfEmpty(0).Max(), Is.LessThanOrEqualTo(layout.ArenaBytes), $"trial {trial}");
        }
    }
}
