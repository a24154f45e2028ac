using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Recognises the sum of tensors that are zero wherever the other is not, along one axis: the gradient of a tensor that was
/// sliced into parts. Concatenating the parts writes each element once instead of adding zeros.
/// </summary>
internal static class DisjointSum
{
    /// <summary>A part that is not known to be zero, and where it starts.</summary>
    private readonly record struct Part(long Start, long Length, Node Value)
    {
        public long End => Start + Length;
    }

    public static Node? Find(Node sum)
    {
        for (var axis = 0; axis < sum.Shape.Rank; axis++)
        {
            var parts = new List<Part>();
            if (!sum.Shape.IsBound || !Collect(sum.Inputs[0], axis, parts) || !Collect(sum.Inputs[1], axis, parts)) continue;
            if (parts.Count == 0) return null;
            parts.Sort((a, b) => a.Start.CompareTo(b.Start));
            if (parts.Zip(parts.Skip(1)).All(p => p.First.End <= p.Second.Start)) return Join(sum, axis, parts);
        }
        return null;
    }

    /// <summary>Adds the parts of a padded tensor, or of a concatenation with zeros; false for any other.</summary>
    private static bool Collect(Node node, int axis, List<Part> parts)
    {
        var (inner, start) = (node, 0L);
        if (node.Op is Pad pad)
        {
            if (!PadsOnly(pad, axis)) return false;
            (inner, start) = (node.Inputs[0], pad.Low[axis].Value);
        }
        var isPadded = inner != node;
        if (inner.Op is Concat concat && concat.Axis == axis) return Collect(inner.Inputs, start, axis, parts, isPadded);
        return isPadded && Collect([inner], start, axis, parts, isPadded);
    }

    private static bool Collect(ReadOnlySpan<Node> pieces, long start, int axis, List<Part> parts, bool hasZeros)
    {
        foreach (var piece in pieces)
        {
            if (!piece.Shape[axis].IsBound) return false;
            var length = piece.Shape[axis].Value;
            if (UniformValue.Is(piece, 0)) hasZeros = true;
            else parts.Add(new Part(start, length, piece));
            start += length;
        }
        return hasZeros;
    }

    private static bool PadsOnly(Pad pad, int axis)
    {
        if (pad.Fill.AsDouble != 0 || pad.Interior.Any(i => i > 0) || !pad.Low[axis].IsBound) return false;
        for (var other = 0; other < pad.Low.Count; other++)
            if (other != axis && !(pad.Low[other].Is(0) && pad.High[other].Is(0))) return false;
        return true;
    }

    /// <summary>The parts with zeros between them, padded at the ends.</summary>
    private static Node Join(Node sum, int axis, List<Part> parts)
    {
        var pieces = new List<Node>();
        var end = parts[0].Start;
        foreach (var part in parts)
        {
            if (part.Start > end)
                pieces.Add(UniformValue.Of(sum.Shape.With(axis, part.Start - end), Scalar.Of(sum.Type.DType, 0L)));
            pieces.Add(part.Value);
            end = part.End;
        }
        return Nodes.Concat(pieces, axis).Pad(axis, parts[0].Start, sum.Shape[axis].Value - end);
    }
}
