using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>Every way to cut and pack a contraction gives the reference's results, not only the one the model likes best.</summary>
[Parallelizable(ParallelScope.Children)]
public class ContractionBlockingTests
{
    [Test]
    public void EveryBlockingComputesTheProduct(
        [Values("mk,kn->mn", "km,kn->mn", "mk,nk->mn", "km,nk->mn", "bmk,nk->bmn", "bmk,bnk->mbn")] string layout,
        [Values("19 37 23", "9 33 530", "64 512 24")] string sizes, [Values(64, 32)] int vectorBytes)
    {
        var extents = sizes.Split(' ').Select(long.Parse).Zip("mnk").ToDictionary(p => p.Second, p => p.First);
        extents['b'] = 2;
        if (extents.Values.Aggregate((a, b) => a * b) * (layout.Contains('b') ? 1 : 0.5) > 200_000) extents['m'] = 5;
        var operands = layout.Split("->")[0].Split(',').Select((labels, i) =>
            Nodes.Input($"x{i}", DType.Float32, Shape.Of(labels.Select(l => (Dim)extents[l])))).ToArray();
        var graph = new ComputationGraph("product", [new NamedOutput("y", Nodes.Einsum(layout, operands[0], operands[1]) + 1)], []);
        EveryBlocking.AssertComputes(graph, new CpuTarget(vectorBytes), $"{layout} {sizes}");
    }
}
