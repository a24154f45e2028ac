namespace GraphForge.Compiler.Memory;

/// <summary>
/// Steps whose places in memory are decided, in as few phases as they allow: a phase is what workers do between two barriers. A step
/// has to be in a later phase than those before it that touch the same bytes or states, one of the two writing. So the longest chain
/// of such steps gives the number of phases. Each step keeps to where it stood as nearly as that allows.
/// </summary>
/// <param name="Order">Steps in execution order.</param>
/// <param name="Phases">The phase of each step, by number of the step.</param>
internal sealed record PhaseOrder(int[] Order, int[] Phases)
{
    /// <param name="graph">The steps.</param>
    /// <param name="order">The order their places were decided for.</param>
    /// <param name="offsets">Where each value stands.</param>
    public static PhaseOrder Of(StepGraph graph, IReadOnlyList<int> order, IReadOnlyList<long> offsets)
    {
        var phases = new int[graph.StepCount];
        var backward = new PhaseHazards(graph, offsets);
        foreach (var step in order.Reverse()) backward.Add(step, phases[step] = backward.Earliest(step, graph.Successors[step], phases));
        var last = phases.DefaultIfEmpty(0).Max();
        var latest = Array.ConvertAll(phases, p => last - p);
        var forward = new PhaseHazards(graph, offsets);
        var current = 0;
        foreach (var step in order)
        {
            var earliest = forward.Earliest(step, graph.Predecessors[step], phases);
            forward.Add(step, phases[step] = Math.Clamp(current, earliest, latest[step]));
            current = Math.Max(current, phases[step]);
        }
        return new PhaseOrder([.. order.OrderBy(step => phases[step])], phases);
    }
}
