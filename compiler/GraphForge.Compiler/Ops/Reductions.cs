using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Combines all elements along some axes, which vanish from the result. Axes are distinct and ascending.</summary>
public abstract record ReductionOp(ReduceFunction Function, EquatableArray<int> Axes) : Op
{
    public override string Attributes => $"axes={Axes}";

    /// <summary>The combination of no elements; null where there is none.</summary>
    protected abstract long? Identity { get; }

    /// <summary>The operand's cotangent.</summary>
    protected abstract Node Gradient(Node operand, Node result, Node cotangent);

    protected abstract double Combine(double a, double b);

    protected abstract long Combine(long a, long b);

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 1);
        var operand = inputs[0];
        OperandRules.Numeric(this, operand);
        OperandRules.Axes(this, Axes, operand);
        foreach (var axis in Axes)
            if (Identity is null && operand.Shape[axis].Is(0))
                throw new GraphException(ErrorCode.ShapeMismatch,
                    $"{Name} of {operand} has nothing to choose from: axis {axis} is empty.");
        return operand with { Shape = Shape.Of(operand.Shape.Where((_, axis) => !Axes.Contains(axis))) };
    }

    public override Node?[] Gradient(Node node, Node cotangent) =>
        [node.Type.DType.IsFloat() ? Gradient(node.Inputs[0], node, cotangent) : null];

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var operand = node.Inputs[0].Shape;
        var source = new IndexExpr[operand.Rank];
        var variables = new List<LoopVar>();
        for (int axis = 0, kept = 0; axis < source.Length; axis++)
        {
            if (!Axes.Contains(axis))
            {
                source[axis] = index[kept++];
                continue;
            }
            var variable = new LoopVar($"r{axis}", operand[axis].Value);
            variables.Add(variable);
            source[axis] = variable;
        }
        var body = operands.Read(0, source);
        return variables.Count == 0 ? body : new ReduceExpr(Function, variables, body);
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (x, type) = (inputs[0], node.Type.DType);
        var keptAxes = Enumerable.Range(0, x.Type.Rank).Except(Axes).ToArray();
        var extents = Axes.Select(a => x.Type.Shape[a].Value).ToArray();
        return Elements.MapIndex(node.Type, index =>
        {
            var source = new long[x.Type.Rank];
            for (var i = 0; i < keptAxes.Length; i++) source[keptAxes[i]] = index[i];
            return Reduce(IndexSpace.Each(extents).Select(reduced =>
            {
                for (var i = 0; i < reduced.Length; i++) source[Axes[i]] = reduced[i];
                return Elements.At(x, source);
            }), type);
        });
    }

    private Scalar Reduce(IEnumerable<Scalar> elements, DType type) => type.IsFloat()
        ? Scalar.Of(type, Identity is { } start
            ? elements.Aggregate((double)start, (a, e) => Combine(a, e.AsDouble))
            : elements.Select(e => e.AsDouble).Aggregate(Combine))
        : Scalar.Of(type, Identity is { } first
            ? elements.Aggregate(first, (a, e) => Combine(a, e.AsInt64))
            : elements.Select(e => e.AsInt64).Aggregate(Combine));

    /// <summary><paramref name="reduced"/> repeated along the reduced axes, to the shape of the operand.</summary>
    protected Node Restore(Node operand, Node reduced)
    {
        var shape = operand.Shape;
        foreach (var axis in Axes) shape = shape.With(axis, 1);
        return reduced.Reshape(shape).ExpandTo(operand.Shape);
    }
}

/// <summary>Sum; of nothing, 0.</summary>
public sealed record Sum(EquatableArray<int> Axes) : ReductionOp(ReduceFunction.Sum, Axes)
{
    protected override long? Identity => 0;

    protected override double Combine(double a, double b) => a + b;

    protected override long Combine(long a, long b) => a + b;

    protected override Node Gradient(Node operand, Node result, Node cotangent) => Restore(operand, cotangent);
}

/// <summary>Product; of nothing, 1.</summary>
public sealed record Product(EquatableArray<int> Axes) : ReductionOp(ReduceFunction.Product, Axes)
{
    protected override long? Identity => 1;

    protected override double Combine(double a, double b) => a * b;

    protected override long Combine(long a, long b) => a * b;

    // The product of all others, and not result / operand, which fails at zeros in this and every further derivative.
    // n² multiplications for n reduced elements; the n×n factors are never stored once fused.
    protected override Node Gradient(Node operand, Node result, Node cotangent)
    {
        var kept = Enumerable.Range(0, operand.Shape.Rank).Except(Axes).ToArray();
        var order = kept.Concat(Axes).ToArray();
        var keptShape = Shape.Of(kept.Select(a => operand.Shape[a]));
        var count = Shape.Of(Axes.Select(a => operand.Shape[a])).Size;
        var ordered = operand.Permute(order);
        var rows = ordered.Reshape([.. keptShape, 1, count]).ExpandTo([.. keptShape, count, count]);
        var position = Nodes.Iota(count, DType.Int64);
        var self = position.Reshape([count, 1]).EqualTo(position.Reshape([1, count])).ExpandTo(rows.Shape);
        var others = Nodes.Select(self, rows.OnesLike(), rows).Prod(-1);
        var undo = new Permute(order).Inverse;
        return others.Reshape(ordered.Shape).Permute([.. undo]) * Restore(operand, cotangent);
    }
}

/// <summary>A reduction to an extreme; NaN if any element is. Elements that tie share the cotangent evenly.</summary>
public abstract record ExtremumReductionOp(ReduceFunction Function, EquatableArray<int> Axes) : ReductionOp(Function, Axes)
{
    protected override long? Identity => null;

    protected override Node Gradient(Node operand, Node result, Node cotangent)
    {
        var attains = operand.EqualTo(Restore(operand, result)).Cast(operand.Type.DType);
        var share = cotangent / Node.Of(new Sum(Axes), attains);
        return attains * Restore(operand, share);
    }
}

/// <inheritdoc cref="ExtremumReductionOp"/>
public sealed record ReduceMaximum(EquatableArray<int> Axes) : ExtremumReductionOp(ReduceFunction.Maximum, Axes)
{
    protected override double Combine(double a, double b) => Math.Max(a, b);

    protected override long Combine(long a, long b) => Math.Max(a, b);
}

/// <inheritdoc cref="ExtremumReductionOp"/>
public sealed record ReduceMinimum(EquatableArray<int> Axes) : ExtremumReductionOp(ReduceFunction.Minimum, Axes)
{
    protected override double Combine(double a, double b) => Math.Min(a, b);

    protected override long Combine(long a, long b) => Math.Min(a, b);
}
