using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Autodiff;

/// <summary>
/// Sums over the steps of a loop that are cheaper outside: Σₜ Aₜ·Bₜ is one contraction of all A with all B, over the steps and
/// what the product sums already. So a weight's gradient is one large product after the loop instead of one update a step.
/// </summary>
/// <param name="captured">Nodes that are the same in every step.</param>
internal sealed class StepSums(IEnumerable<Node> captured)
{
    private readonly HashSet<Node> _captured = new(captured, ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, bool> _varies = new(ReferenceEqualityComparer.Instance);
    private readonly List<Node> _factors = [];

    /// <summary>Per step values that must be known for every step.</summary>
    public IReadOnlyList<Node> Factors => _factors;

    /// <summary>Whether the sum of a per step value is taken outside; its factors are noted then.</summary>
    public bool TryAdd(Node value)
    {
        if (!Fits(value)) return false;
        Note(value);
        return true;
    }

    /// <summary>The sum of a value that was added.</summary>
    /// <param name="value">Per step value.</param>
    /// <param name="stacked">All steps of a factor, along a new first axis.</param>
    public static Node Total(Node value, Func<Node, Node> stacked) => value.Op switch
    {
        Add => Total(value.Inputs[0], stacked) + Total(value.Inputs[1], stacked),
        Reshape or Permute => value.WithInputs(Total(value.Inputs[0], stacked)),
        Contraction c => Node.Of(new Contraction([-1, .. c.Left], [-1, .. c.Right], c.Output),
            Stack(value.Inputs[0], stacked), Stack(value.Inputs[1], stacked)),
        Sum sum => Stack(value.Inputs[0], stacked).Sum([0, .. sum.Axes.Select(a => a + 1)]),
        _ => throw new InternalCompilerException("gradient", $"no sum over steps of {value}"),
    };

    /// <summary>Rearrangements of a factor are done outside, where they cost index arithmetic.</summary>
    private static Node Stack(Node value, Func<Node, Node> stacked)
    {
        if (value.Op is not (Reshape or Permute)) return stacked(value);
        var operand = Stack(value.Inputs[0], stacked);
        return value.Op is Permute permute
            ? operand.Permute([0, .. permute.Axes.Select(a => a + 1)])
            : operand.Reshape([operand.Shape[0], .. value.Shape]);
    }

    private bool Fits(Node value) => value.Op switch
    {
        Add => Fits(value.Inputs[0]) && Fits(value.Inputs[1]),
        Reshape or Permute => Fits(value.Inputs[0]),
        Contraction => Varies(value.Inputs[0]) && Varies(value.Inputs[1]),
        // Worth it only where the values of all steps are kept for a contraction anyway.
        Sum => _factors.Contains(Core(value.Inputs[0])),
        _ => false,
    };

    private void Note(Node value)
    {
        foreach (var input in value.Inputs)
            if (value.Op is not Contraction) NoteUnlessFactor(input);
            else if (Core(input) is var factor && !_factors.Contains(factor)) _factors.Add(factor);

        void NoteUnlessFactor(Node input)
        {
            if (value.Op is not Sum) Note(input);
        }
    }

    private static Node Core(Node value)
    {
        while (value.Op is Reshape or Permute) value = value.Inputs[0];
        return value;
    }

    private bool Varies(Node value)
    {
        foreach (var node in Topology.Order([value]))
            _varies.TryAdd(node, !_captured.Contains(node) &&
                (node.Op is BodyParameter || node.Inputs.ToArray().Any(i => _varies[i])));
        return _varies[value];
    }
}
