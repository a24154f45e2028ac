using GraphForge.Compiler.Graph;

namespace GraphForge;

/// <content>Running combinations in logarithmic depth.</content>
public static partial class Functional
{
    /// <summary>
    /// Running combinations x₀, x₀∘x₁, x₀∘x₁∘x₂, … of an associative operation over tuples of tensors, like
    /// lax.associative_scan of JAX: about 2·log₂(length) combinations of whole slices instead of one combination an element.
    /// </summary>
    /// <param name="combine">
    /// (a, b) ↦ a∘b for tuples whose tensors hold many pairs along <paramref name="dim"/>; it must treat every pair alike and
    /// keep shapes and types. It is called about 2·log₂(length) times.
    /// </param>
    /// <param name="elements">Tensors of one extent along <paramref name="dim"/>, which must be known.</param>
    /// <param name="dim">The axis to go along.</param>
    /// <param name="reverse">Whether to combine from the last element on: xₙ, xₙ∘xₙ₋₁, ….</param>
    /// <returns>A tuple like <paramref name="elements"/>.</returns>
    /// <exception cref="GraphException">Extents differ or are symbolic, or the operation changes number, shape or type.</exception>
    public static Tensor[] AssociativeScan(
        Func<Tensor[], Tensor[], Tensor[]> combine, IReadOnlyList<Tensor> elements, int dim = 0, bool reverse = false)
    {
        if (elements.Count == 0) throw new GraphException(ErrorCode.BadAttribute, "associativeScan needs at least one tensor.");
        var axis = elements[0].Axis("associativeScan", dim);
        var length = elements[0].Shape[axis];
        if (elements.Any(e => e.Rank <= axis || e.Shape[axis] != length))
            throw new GraphException(ErrorCode.ShapeMismatch, $"associativeScan goes along axis {axis} of tensors of one extent there, " +
                $"got {string.Join(" and ", elements.Select(e => e.Node.Type))}.");
        if (!length.IsBound)
            throw new GraphException(ErrorCode.SymbolicDim,
                $"associativeScan halves the extent of axis {axis}, which is {length}; give it a known extent, or use scan.");
        var given = elements.Select(e => reverse ? e.Flip(axis) : e).ToArray();
        var combined = new AssociativeCombination(combine, axis).Scan(given);
        return [.. combined.Select(c => reverse ? c.Flip(axis) : c)];
    }

    /// <inheritdoc cref="AssociativeScan(Func{Tensor[], Tensor[], Tensor[]}, IReadOnlyList{Tensor}, int, bool)"/>
    public static Tensor AssociativeScan(Func<Tensor, Tensor, Tensor> combine, Tensor elements, int dim = 0, bool reverse = false) =>
        AssociativeScan((a, b) => [combine(a[0], b[0])], [elements], dim, reverse)[0];

    /// <summary>
    /// Odd–even recursion: neighbours are combined to half as many elements, whose running combinations are those at odd
    /// positions; each at an even position is one combination more.
    /// </summary>
    private sealed class AssociativeCombination(Func<Tensor[], Tensor[], Tensor[]> combine, int axis)
    {
        public Tensor[] Scan(Tensor[] elements)
        {
            var length = elements[0].Shape[axis].Value;
            if (length < 2) return elements;
            var odd = Scan(Combine(Every(elements, 0, length / 2), Every(elements, 1, length / 2)));
            var behind = (length - 1) / 2;
            if (behind == 0) return Join(First(elements), odd);
            var even = Combine(Part(odd, 0, behind), Every(elements, 2, behind));
            return Interleave(Join(First(elements), even), odd, length);
        }

        private Tensor[] Combine(Tensor[] left, Tensor[] right)
        {
            var result = combine(left, right);
            if (result.Length != left.Length || result.Zip(left).Any(p => p.First.Node.Type != p.Second.Node.Type))
                throw new GraphException(ErrorCode.ShapeMismatch,
                    $"associativeScan combines {Text(left)} and gets {Text(result)}; the operation must keep number, shapes and types.");
            return result;
        }

        private static string Text(Tensor[] tensors) => string.Join(", ", tensors.Select(t => t.Node.Type));

        private Tensor[] First(Tensor[] tensors) => Part(tensors, 0, 1);

        private Tensor[] Part(Tensor[] tensors, long start, long length) => [.. tensors.Select(t => t.Narrow(axis, start, length))];

        private Tensor[] Every(Tensor[] tensors, long start, long count) =>
            [.. tensors.Select(t => new Tensor(Compiler.Ops.NodeFunctionsMovement.Slice(t.Node, axis, start, count, step: 2)))];

        private Tensor[] Join(Tensor[] a, Tensor[] b) => [.. a.Zip(b, (x, y) => Tensor.Cat([x, y], axis))];

        /// <summary>Even and odd positions in turn; with an odd length there is one even position more.</summary>
        private Tensor[] Interleave(Tensor[] even, Tensor[] odd, long length)
        {
            var pairs = length / 2;
            var woven = Part(even, 0, pairs).Zip(odd, (e, o) =>
                Tensor.Stack([e, o], axis + 1).Reshape([.. e.Shape.Take(axis), 2 * pairs, .. e.Shape.Skip(axis + 1)])).ToArray();
            return length % 2 == 0 ? woven : Join(woven, Part(even, pairs, 1));
        }
    }
}
