using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>How small the elements of a float tensor can be, NaN aside; told by the ops they come from.</summary>
internal static class LowerBound
{
    /// <summary>A number that no element is less than; −∞ where nothing is known.</summary>
    public static double Of(Node node) => node.Op switch
    {
        _ when UniformValue.TryGet(node, out var value) => value.AsDouble,
        Reshape or Expand or Permute or Slice => Of(node.Inputs[0]),
        Sqrt => Math.Sqrt(Math.Max(0, Of(node.Inputs[0]))),
        Exp or Absolute => 0,
        Add => Of(node.Inputs[0]) + Of(node.Inputs[1]),
        Multiply when node.Inputs[0] == node.Inputs[1] => 0,
        Multiply => Of(node.Inputs[0]) >= 0 && Of(node.Inputs[1]) >= 0 ? Of(node.Inputs[0]) * Of(node.Inputs[1]) : double.NegativeInfinity,
        Maximum => Math.Max(Of(node.Inputs[0]), Of(node.Inputs[1])),
        Sum sum when IsOfCentredExponentials(sum, node.Inputs[0]) => 1,
        Sum => Of(node.Inputs[0]) >= 0 ? 0 : double.NegativeInfinity,
        _ => double.NegativeInfinity,
    };

    /// <summary>Σ exp(x − max x) over the axes of the maximum: the largest element adds 1.</summary>
    private static bool IsOfCentredExponentials(Sum sum, Node exponentials)
    {
        if (exponentials.Op is not Exp || exponentials.Inputs[0] is not { Op: Subtract } centred) return false;
        var largest = centred.Inputs[1];
        while (largest.Op is Reshape or Expand) largest = largest.Inputs[0];
        return largest.Op is ReduceMaximum maximum && maximum.Axes == sum.Axes && largest.Inputs[0] == centred.Inputs[0];
    }
}
