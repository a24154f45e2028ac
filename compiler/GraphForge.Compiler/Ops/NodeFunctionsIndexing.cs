using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Elements that data chooses. Axes may be negative (counted from the end).</summary>
public static class NodeFunctionsIndexing
{
    extension(Node x)
    {
        /// <inheritdoc cref="Ops.GatherElements"/>
        public Node GatherElements(int axis, Node indices) =>
            Node.Of(new GatherElements(Broadcasting.Axis("gatherElements", axis, x.Type)), x, indices);

        /// <summary>
        /// Combines the node's elements at <paramref name="indices"/> of a result of extent <paramref name="length"/> along
        /// <paramref name="axis"/>; see <see cref="Ops.ScatterElements"/>.
        /// </summary>
        public Node ScatterElements(int axis, Node indices, Dim length, ReduceFunction function = ReduceFunction.Sum) =>
            Node.Of(new ScatterElements(Broadcasting.Axis("scatterElements", axis, x.Type), length, function), indices, x);

        /// <inheritdoc cref="Ops.ArgSort"/>
        public Node ArgSort(int axis, bool descending = false) =>
            Node.Of(new ArgSort(Broadcasting.Axis("argSort", axis, x.Type), descending), x);

        /// <summary><paramref name="value"/> where the node is an index of an axis of extent <paramref name="length"/>, else 0.</summary>
        internal Node WhereIndexOf(Dim length, Node value)
        {
            var position = x.Cast(DType.Int64);
            var isIndex = position.GreaterOrEqual(0) & position.Less(Nodes.DimSize(length));
            return Nodes.Select(isIndex, value, Nodes.Scalar(0, value.Type.DType));
        }
    }
}
