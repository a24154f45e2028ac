using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Jit.Tests;

/// <summary>What a program may take where nobody says.</summary>
public sealed class DefaultBudgetTests
{
    [Test]
    public void A_tenth_of_what_is_free_is_left_and_little_more()
    {
        for (var free = 1000L; free < 1L << 45; free += free / 7)
            Assert.That(DefaultBudget.Of(free), Is.InRange(0.9 * free * 15 / 16, 0.9 * free), $"{free} bytes free");
    }

    [Test]
    public void Free_memory_that_moves_a_little_mostly_gives_the_same_budget()
    {
        var budgets = Enumerable.Range(0, 1000).Select(i => DefaultBudget.Of((10L << 30) + i * (1L << 20))).Distinct();
        Assert.That(budgets.Count(), Is.LessThanOrEqualTo(3));
    }

    [Test]
    public void Nothing_free_is_a_budget_of_nothing() => Assert.That(DefaultBudget.Of(0), Is.Zero);

    [Test]
    public void States_are_allocated_already_and_come_on_top()
    {
        var state = new StateSlot("s", new TensorType(DType.Float32, Shape.Of(1 << 28)));
        var graph = new ComputationGraph("g", [new NamedOutput("y", Nodes.State(state).Sum([0]))], []);
        Assert.That(DefaultBudget.Of(graph) - (4L << 28), Is.InRange(0, AvailableMemory.Bytes() * 1.1));
    }
}
