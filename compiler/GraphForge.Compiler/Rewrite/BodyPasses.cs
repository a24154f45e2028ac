using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Rewrite;

/// <summary>Applies a pass to a graph and to the body of every loop and branch in it, inner ones first.</summary>
public static class BodyPasses
{
    /// <param name="graph">The graph.</param>
    /// <param name="pass">Keeps the number and types of the outputs; must depend on the graph it is given alone.</param>
    public static ComputationGraph Everywhere(ComputationGraph graph, Func<ComputationGraph, ComputationGraph> pass) =>
        Everywhere(graph, pass, []);

    private static ComputationGraph Everywhere(
        ComputationGraph graph, Func<ComputationGraph, ComputationGraph> pass, Dictionary<Subgraph, Subgraph> done)
    {
        if (graph.TopologicalOrder().All(n => n.Op.Bodies.Count == 0)) return pass(graph);
        return pass(Topology.Rebuild(graph, (node, inputs) => node.Op.Bodies.Count == 0
            ? node.WithInputs(inputs)
            : Node.Of(node.Op.WithBodies(node.Op.Bodies.Select(Body).ToArray()), inputs)));

        Subgraph Body(Subgraph body) => done.TryGetValue(body, out var known)
            ? known
            : done[body] = body.WithRoots(Everywhere(body.ToGraph(graph.Name), pass, done).Outputs.Select(o => o.Value));
    }
}
