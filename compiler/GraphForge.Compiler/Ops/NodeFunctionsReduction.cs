using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Reductions of a node. Axes may be negative (counted from the end); null means all. A reduced axis vanishes, or stays with
/// extent 1 where <c>keepDims</c> is set.
/// </summary>
public static class NodeFunctionsReduction
{
    extension(Node x)
    {
        public Node Sum(IReadOnlyList<int>? axes = null, bool keepDims = false) =>
            Reduce("sum", x, axes, keepDims, normal => new Sum(normal));

        public Node Sum(int axis, bool keepDims = false) => x.Sum([axis], keepDims);

        public Node Prod(IReadOnlyList<int>? axes = null, bool keepDims = false) =>
            Reduce("product", x, axes, keepDims, normal => new Product(normal));

        public Node Prod(int axis, bool keepDims = false) => x.Prod([axis], keepDims);

        public Node Max(IReadOnlyList<int>? axes = null, bool keepDims = false) =>
            Reduce("max", x, axes, keepDims, normal => new ReduceMaximum(normal));

        public Node Max(int axis, bool keepDims = false) => x.Max([axis], keepDims);

        public Node Min(IReadOnlyList<int>? axes = null, bool keepDims = false) =>
            Reduce("min", x, axes, keepDims, normal => new ReduceMinimum(normal));

        public Node Min(int axis, bool keepDims = false) => x.Min([axis], keepDims);

        /// <summary>Arithmetic mean of a float node; NaN over no elements.</summary>
        public Node Mean(IReadOnlyList<int>? axes = null, bool keepDims = false)
        {
            var count = Broadcasting.Axes("mean", axes, x.Type).Aggregate((Dim)1, (n, axis) => n * x.Shape[axis]);
            if (!x.Type.DType.IsFloat())
                throw new GraphException(ErrorCode.WrongDType, $"mean takes a float element type, got {x.Type}; cast the operand.");
            return x.RoundedOnce(wide =>
            {
                var sum = wide.Sum(axes, keepDims);
                return count.IsBound ? sum / count.Value : sum / Nodes.DimSize(count).Cast(sum.Type.DType);
            });
        }

        public Node Mean(int axis, bool keepDims = false) => x.Mean([axis], keepDims);

        /// <summary>Int64 position of the largest element along an axis; the first of several, or the first NaN.</summary>
        public Node ArgMax(int axis, bool keepDims = false)
        {
            var normal = Broadcasting.Axis("argMax", axis, x.Type);
            return Keep(x, Node.Of(new ArgMaximum(normal), x), [normal], keepDims);
        }

        /// <summary>Int64 position of the smallest element along an axis; the first of several, or the first NaN.</summary>
        public Node ArgMin(int axis, bool keepDims = false)
        {
            var normal = Broadcasting.Axis("argMin", axis, x.Type);
            return Keep(x, Node.Of(new ArgMinimum(normal), x), [normal], keepDims);
        }

        /// <summary>
        /// Sums a node that was broadcast back to <paramref name="shape"/>, which must broadcast to the node's shape: the
        /// transpose of <c>ExpandTo</c>.
        /// </summary>
        public Node SumTo(Shape shape)
        {
            var added = x.Shape.Rank - shape.Rank;
            var axes = Enumerable.Range(0, x.Shape.Rank)
                .Where(axis => axis < added || shape[axis - added].Is(1) && !x.Shape[axis].Is(1)).ToArray();
            return (axes.Length == 0 ? x : x.Sum(axes)).Reshape(shape);
        }

        /// <summary>e^x normalised to sum 1 along an axis; the maximum is subtracted first, so nothing overflows.</summary>
        public Node Softmax(int axis) => x.RoundedOnce(wide =>
        {
            var exponentials = Centred(wide, axis).Exp();
            return exponentials / exponentials.Sum(axis, keepDims: true);
        });

        /// <summary>Logarithm of <c>Softmax</c>, without its loss of precision.</summary>
        public Node LogSoftmax(int axis) => x.RoundedOnce(wide =>
        {
            var centred = Centred(wide, axis);
            return centred - centred.Exp().Sum(axis, keepDims: true).Log();
        });
    }

    // Both softmaxes are the same function whatever is subtracted, so the maximum's derivative is exactly 0.
    private static Node Centred(Node x, int axis) => x - x.Max(axis, keepDims: true).StopGradient();

    private static Node Reduce(
        string name, Node x, IReadOnlyList<int>? axes, bool keepDims, Func<EquatableArray<int>, Op> op)
    {
        var normal = Broadcasting.Axes(name, axes, x.Type);
        return Keep(x, normal.Count == 0 ? x : Node.Of(op(normal), x), normal, keepDims);
    }

    private static Node Keep(Node x, Node reduced, EquatableArray<int> axes, bool keepDims) => keepDims
        ? reduced.Reshape(Shape.Of(x.Shape.Select((dim, axis) => axes.Contains(axis) ? 1 : dim)))
        : reduced;
}
