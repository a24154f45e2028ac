using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Autodiff;

/// <summary>
/// Computes per step values of a loop for all steps at once, outside: every op gets a first axis that runs over the steps. A
/// reduction that no later step waits for need not be done step by step.
/// </summary>
/// <param name="known">All steps of a value, along a new first axis; null where the loop alone knows them.</param>
/// <param name="invariant">A value that is the same in every step, as it is outside; null where a value differs.</param>
/// <param name="length">Number of steps.</param>
internal sealed class StepLift(Func<Node, Node?> known, Func<Node, Node?> invariant, Dim length)
{
    private readonly Dictionary<Node, Node?> _lifted = new(ReferenceEqualityComparer.Instance);

    /// <summary>All steps of <paramref name="value"/>; null where it needs what only the loop knows, or reduces nothing.</summary>
    public Node? TryLift(Node value)
    {
        var reduces = false;
        foreach (var node in Topology.Order([value]))
        {
            if (_lifted.ContainsKey(node)) continue;
            _lifted[node] = known(node) ?? (invariant(node) is { } same ? AllSteps(same) : Lift(node));
            reduces |= node.Op is ReductionOp or Contraction && _lifted[node] is not null;
        }
        return reduces ? _lifted[value] : null;
    }

    private Node AllSteps(Node same) => same.Unsqueeze(0).ExpandTo([length, .. same.Shape]);

    private Node? Lift(Node node)
    {
        if (node.Inputs.Length == 0) return null;
        var inputs = node.Inputs.ToArray().Select(i => _lifted[i]).OfType<Node>().ToArray();
        if (inputs.Length < node.Inputs.Length) return null;
        Shape shape = [length, .. node.Shape];
        return node.Op switch
        {
            ElementwiseOp => node.WithInputs(inputs),
            Reshape => inputs[0].Reshape(shape),
            Expand => inputs[0].ExpandTo(shape),
            Permute permute => inputs[0].Permute([0, .. permute.Axes.Select(a => a + 1)]),
            Sum sum => inputs[0].Sum([.. sum.Axes.Select(a => a + 1)]),
            Contraction c => Node.Of(new Contraction([-1, .. c.Left], [-1, .. c.Right], [-1, .. c.Output]), inputs),
            _ => null,
        };
    }
}
