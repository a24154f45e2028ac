using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Schedule;

namespace GraphForge.Compiler;

/// <summary>What all sections of a program share.</summary>
/// <param name="States">The slots, as plans number them.</param>
/// <param name="Definitions">The program's work.</param>
/// <param name="Kernels">Which kernel does which work, and how.</param>
internal sealed record ProgramParts(
    IReadOnlyList<StateSlot> States, KernelDefinitions Definitions, ScheduledKernels Kernels)
{
    private readonly Dictionary<StateSlot, int> _numbers = States.Index().ToDictionary(s => s.Item, s => s.Index);

    public static ProgramParts Of(ComputationGraph graph, KernelDefinitions definitions, ScheduledKernels kernels)
    {
        var gradients = new HashSet<Node>(Topology.Order(graph.Updates.Select(u => u.Value)), ReferenceEqualityComparer.Instance);
        gradients.ExceptWith(Topology.Order(graph.Outputs.Select(o => o.Value)));
        return new ProgramParts(graph.States, definitions, kernels) { Gradients = gradients };
    }

    /// <summary>Nodes that lead to changes of states and to nothing that is read.</summary>
    public required IReadOnlySet<Node> Gradients { get; init; }

    public int NumberOf(StateSlot slot) => _numbers[slot];
}
