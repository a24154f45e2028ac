using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Rewrite;

namespace GraphForge.Compiler.Tests.Rewrite;

public sealed class RuleTests
{
    private static IEnumerable<RuleRow> Rows => [.. AlgebraicRows.All, .. StructuralRows.All, .. RowFactorRows.All];

    [TestCaseSource(nameof(Rows))]
    public void TurnsBeforeIntoAfter(RuleRow row)
    {
        var rule = RuleSet.SimplifyDifferentiated.Rules.Single(r => r.Name == row.Rule);
        var (before, expected) = (row.Before(), row.After());
        var after = RewriteDriver.Apply(Evaluation.Graph(before), new RuleSet([rule]), out var fired).Outputs[0].Value;
        Assert.That(fired.GetValueOrDefault(row.Rule), Is.GreaterThan(0), GraphPrinter.Print(before));
        Assert.That(after, Is.SameAs(expected), $"got\n{GraphPrinter.Print(after)}expected\n{GraphPrinter.Print(expected)}");
    }

    [TestCaseSource(nameof(Rows))]
    public void KeepsTheValue(RuleRow row)
    {
        var (before, after) = (row.Before(), row.After());
        var simplified = RewriteDriver.Apply(Evaluation.Graph(before), RuleSet.SimplifyDifferentiated, out _).Outputs[0].Value;
        for (var seed = 0; seed < 4; seed++)
        {
            var data = Evaluation.Data(Evaluation.Graph(before).Inputs, seed, awkward: row.Exact);
            var expected = Evaluation.Evaluate(before, data);
            var tolerance = row.Exact ? 0 : 1e-6;
            Assert.That(Evaluation.Agree(expected, Evaluation.Evaluate(after, data), tolerance), Is.True, "the rule");
            Assert.That(Evaluation.Agree(expected, Evaluation.Evaluate(simplified, data), tolerance), Is.True, "all rules");
        }
    }

    [Test]
    public void EveryRuleHasARow() => Assert.That(
        Rows.Select(r => r.Rule).Distinct().Order(),
        Is.EqualTo(RuleSet.SimplifyDifferentiated.Rules.Select(r => r.Name).Order()));
}
