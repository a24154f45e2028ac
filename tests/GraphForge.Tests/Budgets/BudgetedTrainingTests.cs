using System.Globalization;
using System.Text.RegularExpressions;
using GraphForge.Compiler.Graph;

namespace GraphForge.Tests.Budgets;

/// <summary>Training steps that are squeezed into a budget learn what they learn without one.</summary>
public sealed partial class BudgetedTrainingTests
{
    private static BudgetedModel[] Models => BudgetedModel.All;

    [TestCaseSource(nameof(Models))]
    public void A_budget_changes_nothing_of_what_is_learnt_but_the_order_of_sums(BudgetedModel model)
    {
        var whole = model.Train(long.MaxValue);
        var smallest = Smallest(model, whole.Planned);
        TestContext.Out.WriteLine($"{model}: {whole.Planned:N0} bytes, at least {smallest:N0}");
        Assert.That(smallest, Is.LessThan(whole.Planned));
        foreach (var budget in new[] { smallest, (smallest + whole.Planned) / 2, whole.Planned - 1 })
        {
            var squeezed = model.Train(budget);
            Assert.That(squeezed.Planned, Is.LessThanOrEqualTo(budget));
            if (squeezed.IsSliced)
            {
                Assert.That(squeezed.Losses, Is.EqualTo(whole.Losses).Within(1e-3).Percent, $"budget {budget}");
                continue;
            }
            Assert.That(squeezed.Losses, Is.EqualTo(whole.Losses), $"budget {budget}");
            Assert.That(squeezed.Parameters, Is.EqualTo(whole.Parameters), $"budget {budget}");
        }
    }

    [TestCaseSource(nameof(Models))]
    public void Threads_change_no_bit_under_a_budget(BudgetedModel model)
    {
        var planned = model.Train(long.MaxValue, threads: 3).Planned;
        var budget = Smallest(model, planned, threads: 3);
        var alone = model.Train(budget, threads: 1);
        var shared = model.Train(budget, threads: 3);
        // More workers need more scratch, so that a budget may make them slice what one worker computes as a whole.
        Assert.That(shared.Losses, Is.EqualTo(alone.Losses).Within(1e-3).Percent);
        if (alone.IsSliced == shared.IsSliced) Assert.That(shared.Parameters, Is.EqualTo(alone.Parameters));
    }

    /// <summary>The smallest budget that a refusal names.</summary>
    private static long Smallest(BudgetedModel model, long planned, int threads = 2)
    {
        var refusal = Assert.Throws<GraphException>(() => model.Compile(model.Make(), BudgetedModel.Batch, planned / 8, threads))!;
        Assert.That(refusal.Code, Is.EqualTo(ErrorCode.OverBudget));
        return long.Parse(SmallestBudget().Match(refusal.Problem).Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("the smallest budget that works is ([0-9,]+) bytes")]
    private static partial Regex SmallestBudget();
}
