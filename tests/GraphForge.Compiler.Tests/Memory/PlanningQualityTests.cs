using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Compiler.Tests.Fuzz;

namespace GraphForge.Compiler.Tests.Memory;

/// <summary>How good plans are, over many random programs.</summary>
public sealed class PlanningQualityTests
{
    private const int Graphs = 200;

    [Test]
    public void Plans_of_random_problems_are_next_to_the_lower_bound()
    {
        var random = new Random(51);
        var problems = Enumerable.Range(0, Graphs).Select(_ => RandomPlanning.Graph(random, random.Next(10, 100))).ToArray();
        var reports = problems.Select(p => MemoryPlanner.Plan(p).Report).ToArray();
        AssertNearLowerBound(reports);
        foreach (var (index, problem) in problems.Index())
            Assert.That(reports[index].ArenaBytes, Is.LessThanOrEqualTo(PlanningOracle.StepByStep(problem)), $"problem {index}");
    }

    [Test]
    public void Plans_of_random_graphs_are_next_to_the_lower_bound()
    {
        var cases = Enumerable.Range(1, int.MaxValue).Select(RandomGraph.Generate).OfType<FuzzCase>().Take(Graphs);
        var reports = cases.Select(c => Pipeline.Compile(c.Graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Threads = 1 }).Memory).ToArray();
        AssertNearLowerBound(reports);
    }

    [Test]
    public void Plans_of_random_graphs_take_no_more_than_node_by_node()
    {
        var cases = Enumerable.Range(1, int.MaxValue).Select(RandomGraph.Generate).OfType<FuzzCase>().Take(5 * Graphs);
        double[] ratios = [.. cases.Select(c => Arena(c.Graph) / (double)NodeByNode.PeakBytes(c.Graph)).Where(double.IsFinite).Order()];
        TestContext.Out.WriteLine($"arena ÷ node by node: median {ratios[ratios.Length / 2]:0.000}, worst {ratios[^1]:0.000}");
        Assert.That(ratios[ratios.Length / 2], Is.LessThan(0.8));
        Assert.That(ratios[^1], Is.LessThanOrEqualTo(1));

        static long Arena(ComputationGraph graph) =>
            Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Threads = 1, Target = new CpuTarget(64) }).Memory.ArenaBytes;
    }

    /// <summary>Ten thousand problems of up to eight values: of all orders and layouts the one that takes least.</summary>
    [Test]
    public void Small_plans_are_the_best_there_are()
    {
        const int Count = 10_000;
        var random = new Random(53);
        var done = 0;
        while (done < Count)
        {
            var problem = RandomPlanning.Graph(random, random.Next(1, 8), inPlace: false);
            if (problem.Values.Count > 8) continue;
            var arena = MemoryPlanner.Plan(problem).Report.ArenaBytes;
            Assert.That(arena, Is.EqualTo(PlanningOracle.SmallestArenaBelow(problem, arena)), $"problem {done}");
            done++;
        }
    }

    private static void AssertNearLowerBound(IReadOnlyList<MemoryReport> reports)
    {
        double[] ratios = [.. reports.Select(r => r.Ratio).Order()];
        TestContext.Out.WriteLine($"arena ÷ lower bound: median {ratios[Graphs / 2]:0.0000}, 95 % {ratios[Graphs * 19 / 20]:0.0000}, worst {ratios[^1]:0.0000}");
        Assert.That(ratios[Graphs / 2], Is.LessThan(1.01));
        Assert.That(ratios[^1], Is.LessThanOrEqualTo(1.10));
    }
}
