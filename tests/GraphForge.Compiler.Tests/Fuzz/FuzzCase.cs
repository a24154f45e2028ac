using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>A graph with values for its inputs and states.</summary>
/// <param name="Seed">What it was generated from.</param>
/// <param name="Graph">A bound graph.</param>
/// <param name="Inputs">Values by label.</param>
/// <param name="States">Values before the run.</param>
internal sealed record FuzzCase(
    int Seed, ComputationGraph Graph, IReadOnlyDictionary<string, Literal> Inputs, IReadOnlyDictionary<StateSlot, Literal> States)
{
    /// <summary>The case without the outputs and updates whose values rounding alone may change visibly; null when none is left.</summary>
    public FuzzCase? WithMeaningfulRoots()
    {
        var bounds = RoundingBound.Of(this);
        var graph = Graph with
        {
            Outputs = Graph.Outputs.Where(o => bounds.IsMeaningful(o.Value)).ToEquatable(),
            Updates = Graph.Updates.Where(u => bounds.IsMeaningful(u.Value)).ToEquatable(),
        };
        return graph.Roots.Any() ? this with { Graph = graph } : null;
    }
}
