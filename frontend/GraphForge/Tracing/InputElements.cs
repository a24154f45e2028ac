using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Tracing;

/// <summary>Elements of an input, as they were given to the run.</summary>
/// <param name="Input">Name of the input.</param>
/// <param name="Part">Which of its elements; null for all.</param>
internal sealed record InputElements(string Input, Slice? Part)
{
    /// <summary>
    /// What <paramref name="node"/> holds, whatever its order; null where it was computed. A part is told where it was cut from the
    /// input before anything else.
    /// </summary>
    public static InputElements? Of(Node node)
    {
        while (node.Op is Reshape or Permute or Flip or Expand || IsWidening(node)) node = node.Inputs[0];
        Slice? part = null;
        for (; node.Op is Slice slice; node = node.Inputs[0]) part = part is null ? slice : Within(slice, part);
        return node.Op is Input input ? new InputElements(input.Label, part) : null;
    }

    /// <summary>A part of a part.</summary>
    private static Slice Within(Slice outer, Slice inner) => new(
        outer.Starts.Select((start, axis) => start + inner.Starts[axis] * outer.Steps[axis]).ToEquatable(), inner.Lengths,
        outer.Steps.Select((step, axis) => step * inner.Steps[axis]).ToEquatable());

    private static bool IsWidening(Node node) => node.Op is Cast { DType: var type } && node.Inputs[0].Type.DType is var from &&
        type.IsInteger() && from.IsInteger() && type.Size() >= from.Size();
}
