using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>
/// Makes a failing case smaller as long as it fails: fewer roots, nodes replaced by one of their operands or by an input that
/// holds their value, smaller extents.
/// </summary>
internal static class GraphMinimiser
{
    private const int MaximumTries = 400;

    public static FuzzCase Minimise(FuzzCase failing, Func<FuzzCase, bool> fails)
    {
        var tries = 0;
        while (Smaller(failing).Where(c => tries++ < MaximumTries).FirstOrDefault(c => IsValid(c) && fails(c)) is { } smaller)
            failing = smaller;
        return failing;
    }

    private static bool IsValid(FuzzCase fuzz) =>
        fuzz.WithMeaningfulRoots() is { } kept && kept.Graph.Roots.Count() == fuzz.Graph.Roots.Count();

    private static IEnumerable<FuzzCase> Smaller(FuzzCase fuzz) =>
        FewerRoots(fuzz).Concat(NodesAsInputs(fuzz)).Concat(NodesAsOperands(fuzz)).Concat(SmallerExtents(fuzz));

    private static IEnumerable<FuzzCase> FewerRoots(FuzzCase fuzz)
    {
        var graph = fuzz.Graph;
        if (graph.Roots.Count() == 1) yield break;
        foreach (var output in graph.Outputs) yield return fuzz with { Graph = graph with { Outputs = [output], Updates = [] } };
        foreach (var update in graph.Updates) yield return fuzz with { Graph = graph with { Outputs = [], Updates = [update] } };
        foreach (var output in graph.Outputs)
            yield return fuzz with { Graph = graph with { Outputs = graph.Outputs.Where(o => o != output).ToEquatable() } };
        foreach (var update in graph.Updates)
            yield return fuzz with { Graph = graph with { Updates = graph.Updates.Where(u => u != update).ToEquatable() } };
    }

    private static IEnumerable<FuzzCase> NodesAsInputs(FuzzCase fuzz)
    {
        var values = RoundingBound.Of(fuzz);
        foreach (var node in fuzz.Graph.TopologicalOrder().Where(n => n.Op is not Leaf).Reverse())
        {
            if (fuzz.Graph.Roots.Contains(node)) continue;
            var label = $"v{fuzz.Inputs.Count}";
            yield return fuzz with
            {
                Graph = Replace(fuzz.Graph, node, Nodes.Input(label, node.Type.DType, node.Shape)),
                Inputs = new Dictionary<string, Literal>(fuzz.Inputs) { [label] = values.ValueOf(node) },
            };
        }
    }

    private static IEnumerable<FuzzCase> NodesAsOperands(FuzzCase fuzz)
    {
        foreach (var node in fuzz.Graph.TopologicalOrder().Reverse())
            foreach (var operand in node.Inputs.ToArray().Where(o => o.Type == node.Type && o.Op is not Leaf).Distinct())
                yield return fuzz with { Graph = Replace(fuzz.Graph, node, operand) };
    }

    private static ComputationGraph Replace(ComputationGraph graph, Node target, Node replacement) =>
        Topology.Rebuild(graph, (node, inputs) => node == target ? replacement : node.WithInputs(inputs));

    private static IEnumerable<FuzzCase> SmallerExtents(FuzzCase fuzz)
    {
        var extents = fuzz.Graph.TopologicalOrder().SelectMany(n => n.Shape.Values).Where(d => d > 1).Distinct().OrderDescending().ToArray();
        foreach (var extent in extents)
            foreach (var smaller in new[] { 1, extent / 2, extent - 1 }.Distinct())
                if (ExtentChange.Apply(fuzz, extent, smaller) is { } changed) yield return changed;
    }
}
