using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Rewrite;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Rewrite;

public sealed class RewriteFuzzTests
{
    [Test]
    public void SimplifiedGraphsMeanTheSameAndEveryRuleFires()
    {
        var total = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 0; seed < 2000; seed++)
        {
            var graph = new RandomExpressions(seed, seed % 3 == 0 ? DType.Int32 : DType.Float32).Next(3 + seed % 12);
            foreach (var (rule, count) in Check(graph, seed)) total[rule] = total.GetValueOrDefault(rule) + count;
        }
        TestContext.Out.WriteLine(string.Join("\n", total.Select(f => $"{f.Value,6}  {f.Key}")));
        Assert.That(RuleSet.SimplifyDifferentiated.Rules.Select(r => r.Name).Except(total.Keys), Is.Empty);
    }

    [Test]
    public void SimplifiedGradientsMeanTheSame()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var graph = new RandomExpressions(5000 + seed, DType.Float32).Next(4 + seed % 10);
            var loss = graph.Outputs.Select(o => o.Value.Tanh().Sum()).Aggregate((a, b) => a + b);
            var x = RandomExpressions.Leaf("x", 3, 4, DType.Float32);
            Check(Evaluation.Graph(Gradients.Of(loss, [x])[0]), seed);
        }
    }

    private static IReadOnlyDictionary<string, int> Check(ComputationGraph graph, int seed)
    {
        var simplified = RewriteDriver.Apply(graph, RuleSet.SimplifyDifferentiated, out var fired);
        GraphVerifier.Verify(simplified, "rewrite");
        RewriteDriver.Apply(simplified, RuleSet.SimplifyDifferentiated, out var again);
        Assert.That(again, Is.Empty, $"seed {seed} was not simplified to the end");
        var data = Evaluation.Data(graph.Inputs, seed, awkward: false);
        var states = new Dictionary<StateSlot, Literal>();
        var expected = ReferenceEvaluator.Evaluate(graph, data, states).Outputs;
        var got = ReferenceEvaluator.Evaluate(simplified, data, states).Outputs;
        foreach (var name in expected.Keys)
            Assert.That(
                Evaluation.Agree(expected[name], got[name], 1e-4), Is.True,
                $"seed {seed}, {name}\n{GraphPrinter.Print(graph)}became\n{GraphPrinter.Print(simplified)}");
        return fired;
    }
}
