using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Tests.Fuzz;

/// <summary>A graph with values for its inputs and states.</summary>
/// <param name="seed">What it was generated from.</param>
/// <param name="graph">A bound graph.</param>
/// <param name="inputs">Values by label.</param>
/// <param name="states">Values before the run.</param>
internal sealed class FuzzCase(
    int seed, ComputationGraph graph, IReadOnlyDictionary<string, Literal> inputs, IReadOnlyDictionary<StateSlot, Literal> states)
{
    private RoundingBound? _bounds;

    public int Seed { get; } = seed;

    public ComputationGraph Graph { get; } = graph;

    public IReadOnlyDictionary<string, Literal> Inputs { get; } = inputs;

    public IReadOnlyDictionary<StateSlot, Literal> States { get; } = states;

    /// <summary>Reference values of all nodes, and how far other correct values may lie from them.</summary>
    public RoundingBound Bounds => _bounds ??= RoundingBound.Of(this);

    public FuzzCase With(ComputationGraph graph) => new(Seed, graph, Inputs, States);

    /// <summary>The case without the outputs and updates whose values rounding alone may change visibly; null when none is left.</summary>
    public FuzzCase? WithMeaningfulRoots()
    {
        var kept = With(Graph with
        {
            Outputs = Graph.Outputs.Where(o => Bounds.IsMeaningful(o.Value)).ToEquatable(),
            Updates = Graph.Updates.Where(u => Bounds.IsMeaningful(u.Value)).ToEquatable(),
        });
        kept._bounds = Bounds;
        return kept.Graph.Roots.Any() ? kept : null;
    }
}
