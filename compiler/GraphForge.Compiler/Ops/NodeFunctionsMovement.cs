using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Ops;

/// <summary>Rearrangements of a node's elements. Axes may be negative (counted from the end). No-ops return the node itself.</summary>
public static class NodeFunctionsMovement
{
    extension(Node x)
    {
        public Node Reshape(Shape shape) => shape == x.Shape ? x : Node.Of(new Reshape(shape), x);

        /// <summary>Axis i of the result is axis <c>axes[i]</c> of the node.</summary>
        public Node Permute(params IReadOnlyList<int> axes)
        {
            var normal = axes.Select(a => Broadcasting.Axis("permute", a, x.Type)).ToEquatable();
            return normal.SequenceEqual(Enumerable.Range(0, x.Shape.Rank)) ? x : Node.Of(new Permute(normal), x);
        }

        /// <summary>Exchanges two axes, by default the last two.</summary>
        public Node Transpose(int first = -2, int second = -1)
        {
            var axes = Enumerable.Range(0, x.Shape.Rank).ToArray();
            var (a, b) = (Broadcasting.Axis("transpose", first, x.Type), Broadcasting.Axis("transpose", second, x.Type));
            (axes[a], axes[b]) = (b, a);
            return x.Permute(axes);
        }

        /// <summary>Broadcasts to <paramref name="shape"/>: new leading axes, and extents of 1 repeated.</summary>
        public Node ExpandTo(Shape shape)
        {
            if (shape == x.Shape) return x;
            var missing = shape.Rank - x.Shape.Rank;
            if (missing < 0)
                throw new GraphException(ErrorCode.ShapeMismatch,
                    $"expand cannot turn {x.Type} into {shape}, which has fewer axes; sum or reshape instead.");
            var aligned = x.Reshape([.. Enumerable.Repeat((Dim)1, missing), .. x.Shape]);
            return aligned.Shape == shape ? aligned : Node.Of(new Expand(shape), aligned);
        }

        /// <summary>Inserts an axis of extent 1 at <paramref name="axis"/> of the result.</summary>
        public Node Unsqueeze(int axis)
        {
            var rank = x.Shape.Rank;
            if (axis < -rank - 1 || axis > rank)
                throw new GraphException(ErrorCode.BadAxis,
                    $"unsqueeze of {x.Type} cannot insert axis {axis}; {OperandRules.AxisRange(rank + 1)}.");
            var position = axis < 0 ? axis + rank + 1 : axis;
            return x.Reshape([.. x.Shape.Take(position), 1, .. x.Shape.Skip(position)]);
        }

        /// <summary>Removes an axis of extent 1.</summary>
        public Node Squeeze(int axis)
        {
            var normal = Broadcasting.Axis("squeeze", axis, x.Type);
            if (!x.Shape[normal].Is(1))
                throw new GraphException(ErrorCode.ShapeMismatch,
                    $"squeeze of {x.Type} cannot remove axis {normal}, whose extent is {x.Shape[normal]} and not 1.");
            return x.Reshape(Shape.Of(x.Shape.Where((_, i) => i != normal)));
        }

        /// <summary><paramref name="length"/> elements along <paramref name="axis"/> from <paramref name="start"/>, every <paramref name="step"/>-th.</summary>
        public Node Slice(int axis, Dim start, Dim length, long step = 1)
        {
            var normal = Broadcasting.Axis("slice", axis, x.Type);
            if (start.Is(0) && length == x.Shape[normal] && step == 1) return x;
            var starts = x.Shape.Select((_, i) => i == normal ? start : 0).ToEquatable();
            var steps = x.Shape.Select((_, i) => i == normal ? step : 1).ToEquatable();
            return Node.Of(new Slice(starts, x.Shape.With(normal, length).Dims, steps), x);
        }

        /// <summary>Puts <paramref name="low"/> elements of <paramref name="fill"/> before and <paramref name="high"/> after an axis.</summary>
        public Node Pad(int axis, Dim low, Dim high, double fill = 0)
        {
            var normal = Broadcasting.Axis("pad", axis, x.Type);
            if (low.Is(0) && high.Is(0)) return x;
            var zeros = new EquatableArray<Dim>(new Dim[x.Shape.Rank]);
            return Node.Of(new Pad(
                new Shape(zeros).With(normal, low).Dims, new Shape(zeros).With(normal, high).Dims,
                new EquatableArray<long>(new long[x.Shape.Rank]), Scalar.Of(x.Type.DType, fill)), x);
        }

        /// <summary>Reverses the order along the given axes.</summary>
        public Node Flip(params IReadOnlyList<int> axes) => axes.Count == 0
            ? x
            : Node.Of(new Flip(Broadcasting.Axes("flip", axes, x.Type)), x);

        /// <inheritdoc cref="Ops.SlidingWindows"/>
        public Node SlidingWindows(int axis, long size, long step = 1, long dilation = 1) =>
            Node.Of(new SlidingWindows(Broadcasting.Axis("slidingWindows", axis, x.Type), size, step, dilation), x);

        /// <inheritdoc cref="Ops.Gather"/>
        public Node Gather(int axis, Node indices) =>
            Node.Of(new Gather(Broadcasting.Axis("gather", axis, x.Type)), x, indices);

        /// <summary>
        /// Adds the node's slices at <paramref name="indices"/> into zeros of extent <paramref name="length"/> along
        /// <paramref name="axis"/> of the result; see <see cref="Ops.ScatterAdd"/>.
        /// </summary>
        public Node ScatterAdd(int axis, Node indices, Dim length)
        {
            var rank = x.Shape.Rank - indices.Shape.Rank + 1;
            return Node.Of(new ScatterAdd(axis < 0 ? axis + rank : axis, length), indices, x);
        }
    }
}
