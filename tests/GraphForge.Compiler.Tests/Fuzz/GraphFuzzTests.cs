using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>
/// Random graphs, compiled, against the reference evaluator. <c>GF_FUZZ_SEED</c> sets the first seed and
/// <c>GF_FUZZ_COUNT</c> the number of graphs; one failing graph is run again by its seed and a count of 1.
/// </summary>
[Parallelizable(ParallelScope.Children)]
public class GraphFuzzTests
{
    private const int Batch = 100;

    private static readonly int FirstSeed = Setting("GF_FUZZ_SEED", 1);
    private static readonly int Count = Setting("GF_FUZZ_COUNT", 2000);

    public static IEnumerable<int> Batches => Enumerable.Range(0, (Count + Batch - 1) / Batch);

    [TestCaseSource(nameof(Batches))]
    public void CompiledGraphsAgreeWithReference(int batch)
    {
        var first = FirstSeed + batch * Batch;
        var cases = Enumerable.Range(first, Math.Min(Batch, Count - batch * Batch)).Select(RandomGraph.Generate).OfType<FuzzCase>().ToArray();
        var target = batch % 4 == 3 ? new CpuTarget(16) : batch % 4 == 2 ? new CpuTarget(32) : CpuTarget.Host;
        var failures = cases.Zip(FuzzRun.Run(cases, target)).Where(p => p.Second is not null).ToArray();
        if (failures.Length > 0)
            Assert.Fail($"{failures.Length} of {cases.Length} graphs fail: seeds {string.Join(", ", failures.Select(f => f.First.Seed))}\n" +
                string.Join('\n', failures.Take(3).Select(f => Report(f.First, target))));
    }

    [Test]
    public void Random_graphs_use_every_op()
    {
        var used = Enumerable.Range(1, 400).Select(RandomGraph.Generate).OfType<FuzzCase>()
            .SelectMany(c => c.Graph.TopologicalOrder()).Select(n => n.Op.GetType()).ToHashSet();
        // Copies of roots and fused pieces are made by the compiler, parameters stand inside of bodies, and branches have no gradient.
        Assert.That(OpSet.All.Except(used), Is.SubsetOf(new[] { typeof(Identity), typeof(Fused), typeof(BodyParameter), typeof(Cond), typeof(While) }));
    }

    [Test]
    public void Random_graphs_compute_values_again()
    {
        var again = Enumerable.Range(1, 120).Select(RandomGraph.Generate).OfType<FuzzCase>().Where(c => c.Seed % 3 == 0)
            .SelectMany(c => FuzzRun.Compile(c, new CompilerOptions()).Plan.Steps).Count(s => s.Name.EndsWith(" again", StringComparison.Ordinal));
        TestContext.Out.WriteLine($"{again} steps run again");
        Assert.That(again, Is.GreaterThan(10));
    }

    private static string Report(FuzzCase fuzz, CpuTarget target)
    {
        var small = GraphMinimiser.Minimise(fuzz, c => FuzzRun.Run([c], target)[0] is not null);
        return $"seed {fuzz.Seed}, {target.VectorBytes}-byte vectors: {FuzzRun.Run([small], target)[0]}\n{GraphPrinter.Print(small.Graph)}";
    }

    internal static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : otherwise;
}
