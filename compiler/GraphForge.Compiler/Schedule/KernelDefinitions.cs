using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>A kernel to be and what the planner needs to know about it.</summary>
/// <param name="Definition">What it computes.</param>
/// <param name="Kind">Its loop nest.</param>
/// <param name="Writes">Buffers it writes.</param>
/// <param name="Reads">Buffers it reads.</param>
/// <param name="InPlace">Results that may take over an operand's bytes.</param>
public sealed record PlannedKernel(
    KernelDefinition Definition, GroupKind Kind, IReadOnlyList<LoopBuffer> Writes, IReadOnlyList<LoopBuffer> Reads,
    IReadOnlyList<(LoopBuffer Result, LoopBuffer Operand)> InPlace);

/// <summary>Lowers every group, and adds a copying kernel for each state that cannot be written directly.</summary>
public static class KernelDefinitions
{
    public static IReadOnlyList<PlannedKernel> Of(ComputationGraph graph, FusionPlan fusion, ProgramBuffers buffers)
    {
        var lowering = new GroupLowering(fusion, buffers.Of);
        var kernels = new List<PlannedKernel>();
        foreach (var group in fusion.Groups)
        {
            var definition = lowering.Lower(group, KernelSummary.Name(kernels.Count, group));
            var writes = definition.Stores.Select(s => s.Buffer).Distinct().ToArray();
            var inPlace = InPlace.Pairs(group, fusion).Select(p => (buffers.Of(p.Result), buffers.Of(p.Operand)))
                .Where(p => buffers.IsArena(p.Item1) && buffers.IsArena(p.Item2)).ToArray();
            kernels.Add(new PlannedKernel(definition, group.Kind, writes, ReadsOf(definition), inPlace));
        }
        foreach (var update in graph.Updates.Where(u => buffers.Of(u.Value) != buffers.Of(u.Slot)))
            kernels.Add(Copy(buffers.Of(update.Value), buffers.Of(update.Slot), kernels.Count));
        return kernels;
    }

    private static LoopBuffer[] ReadsOf(KernelDefinition definition) =>
        definition.Stores.SelectMany(s => Loads.Of(s.Value)).Select(l => l.Buffer).Distinct().ToArray();

    private static PlannedKernel Copy(LoopBuffer from, LoopBuffer to, int position)
    {
        var index = new LoopVar("i0", from.Count);
        var store = new StoreDefinition([index], to, index, new LoadExpr(from, index));
        string[] summary = ["<summary>", $"Copies the new value of {to} into its state, once nothing reads the old one.", "</summary>"];
        var definition = new KernelDefinition($"K{position}_store_{Emit.CSharpNames.Identifier(to.Name)}", summary, [index], [store], [to, from]);
        return new PlannedKernel(definition, GroupKind.Map, [to], [from], []);
    }
}
