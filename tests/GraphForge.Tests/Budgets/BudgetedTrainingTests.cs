using System.Globalization;
using System.Text.RegularExpressions;
using GraphForge.Compiler.Graph;

namespace GraphForge.Tests.Budgets;

/// <summary>Training steps that are squeezed into a budget learn what they learn without one.</summary>
public sealed partial class BudgetedTrainingTests
{
    /// <summary>Values that are computed again have the same bits; sums over slices of a batch are rounded in another order.</summary>
    private const double Rounding = 1e-3;

    private static BudgetedModel[] Models => BudgetedModel.All;

    [TestCaseSource(nameof(Models))]
    public void A_budget_changes_what_is_learnt_by_rounding_alone(BudgetedModel model)
    {
        var whole = model.Train(long.MaxValue);
        var smallest = Smallest(model, whole.Planned);
        TestContext.Out.WriteLine($"{model}: {whole.Planned:N0} bytes, at least {smallest:N0}");
        Assert.That(smallest, Is.LessThan(whole.Planned));
        foreach (var budget in new[] { smallest, (smallest + whole.Planned) / 2, whole.Planned - 1 })
        {
            var squeezed = model.Train(budget);
            Assert.That(squeezed.Planned, Is.LessThanOrEqualTo(budget));
            Assert.That(squeezed.Losses, Is.EqualTo(whole.Losses).Within(Rounding).Percent, $"budget {budget}");
            var again = model.Train(budget);
            Assert.That(again.Losses, Is.EqualTo(squeezed.Losses), $"budget {budget}");
            Assert.That(again.Parameters, Is.EqualTo(squeezed.Parameters), $"budget {budget}");
        }
    }

    [TestCaseSource(nameof(Models))]
    public void A_budget_for_any_number_of_threads_teaches_the_same(BudgetedModel model)
    {
        var whole = model.Train(long.MaxValue, threads: 1);
        foreach (var threads in new[] { 1, 3 })
        {
            var squeezed = model.Train(Smallest(model, whole.Planned, threads), threads);
            Assert.That(squeezed.Losses, Is.EqualTo(whole.Losses).Within(Rounding).Percent, $"{threads} threads");
        }
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
