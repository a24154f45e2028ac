using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <summary>A factor of an einsum: a tensor and the labels of its axes, each of which stands once.</summary>
internal sealed record EinsumTerm(Tensor Value, int[] Labels)
{
    /// <summary>
    /// The term of an operand: the diagonal of axes with one label, without axes that broadcast, which the product repeats by
    /// lacking their label.
    /// </summary>
    /// <exception cref="GraphException">Axes with one label have different extents.</exception>
    public static EinsumTerm Of(Tensor operand, int[] labels, string equation, IReadOnlyDictionary<int, Dim> extents)
    {
        var term = new EinsumTerm(operand, labels);
        while (labels.FirstOrDefault(l => labels.Count(other => other == l) > 1, -1) is >= 0 and var twice)
        {
            var (first, second) = (Array.IndexOf(labels, twice), Array.LastIndexOf(labels, twice));
            var shape = term.Value.Shape;
            if (shape[first] != shape[second])
                throw new GraphException(ErrorCode.ShapeMismatch,
                    $"einsum \"{equation}\" takes a diagonal of axes {EinsumEquation.Name(twice)} of {operand.Node.Type}, " +
                    $"which differ: {shape[first]} and {shape[second]}.");
            labels = [.. labels.Where((_, axis) => axis != first && axis != second), twice];
            term = new EinsumTerm(term.Value.Diagonal(0, first, second), labels);
        }
        var kept = Enumerable.Range(0, labels.Length).Where(axis => term.Value.Shape[axis] == extents[labels[axis]]).ToArray();
        return new(term.Value.Reshape([.. kept.Select(axis => term.Value.Shape[axis])]), [.. kept.Select(axis => labels[axis])]);
    }

    /// <summary>The product of two terms, with the labels that <paramref name="needed"/> lists, in its order, and summed over the others.</summary>
    public static EinsumTerm Contract(EinsumTerm left, EinsumTerm right, IReadOnlyCollection<int> needed)
    {
        left = left.SumExcept([.. needed, .. right.Labels]);
        right = right.SumExcept([.. needed, .. left.Labels]);
        int[] output = [.. needed.Where(l => left.Labels.Contains(l) || right.Labels.Contains(l))];
        var op = new Contraction(left.Labels, right.Labels, output);
        return new(new Tensor(Node.Of(op, left.Value.Node, right.Value.Node)), output);
    }

    /// <summary>Summed over every axis whose label is not among <paramref name="kept"/>.</summary>
    public EinsumTerm SumExcept(IReadOnlyCollection<int> kept)
    {
        int[] alone = [.. Enumerable.Range(0, Labels.Length).Where(axis => !kept.Contains(Labels[axis]))];
        return alone.Length == 0 ? this : new(new Tensor(Value.Node.Sum(alone)), [.. Labels.Where(kept.Contains)]);
    }
}
