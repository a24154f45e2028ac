using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Along each axis the elements start, start + step, … (length of them); steps are at least 1.</summary>
public sealed record Slice(EquatableArray<Dim> Starts, EquatableArray<Dim> Lengths, EquatableArray<long> Steps) : MovementOp
{
    public override string Attributes => $"starts={Starts}, lengths={Lengths}, steps={Steps}";

    protected override Shape Result(TensorType operand)
    {
        OperandRules.Rank(this, Starts.Count, "start", operand);
        OperandRules.Rank(this, Lengths.Count, "length", operand);
        OperandRules.Rank(this, Steps.Count, "step", operand);
        for (var axis = 0; axis < operand.Rank; axis++) CheckRange(axis, operand);
        return new Shape(Lengths);
    }

    // Bounds that still hold symbols are checked when the symbols are bound.
    private void CheckRange(int axis, TensorType operand)
    {
        var (start, length, step) = (Starts[axis], Lengths[axis], Steps[axis]);
        if (step < 1)
            throw new GraphException(ErrorCode.BadAttribute,
                $"slice of {operand} has step {step} on axis {axis}; steps are at least 1, use flip to reverse.");
        var room = operand.Shape[axis] - (length.Is(0) ? start : start + Reach(length, step));
        if (Negative(start) || Negative(length) || Negative(room))
            throw new GraphException(ErrorCode.BadAttribute,
                $"slice of {operand} leaves axis {axis}: {length} elements from {start} in steps of {step} do not lie within " +
                $"0..{operand.Shape[axis] - 1}.");
    }

    private static bool Negative(Dim dim) => dim.IsBound && dim.Value < 0;

    /// <summary>Distance from the first element to one past the last, for at least one element.</summary>
    private static Dim Reach(Dim length, long step) => (length - 1) * step + 1;

    protected override Node Transpose(Node operand, Node cotangent)
    {
        var high = operand.Shape.Select((dim, axis) => dim - Starts[axis] -
            (Lengths[axis].Is(0) ? 0 : Reach(Lengths[axis], Steps[axis])));
        var interior = Steps.Select(step => step - 1);
        return Node.Of(
            new Pad(Starts, high.ToEquatable(), interior.ToEquatable(), Scalar.Of(operand.Type.DType, 0L)), cotangent);
    }

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) =>
        operands.Read(0, index.Select((i, axis) => i * Steps[axis] + Starts[axis].Value).ToArray());

    protected override long[] Source(TensorType operand, TensorType result, long[] index) =>
        index.Select((i, axis) => i * Steps[axis] + Starts[axis].Value).ToArray();

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this with
    {
        Starts = Starts.Select(d => d.Bind(values)).ToEquatable(),
        Lengths = Lengths.Select(d => d.Bind(values)).ToEquatable(),
    };
}

/// <summary>
/// Puts <paramref name="Low"/> fill elements before, <paramref name="High"/> after and <paramref name="Interior"/> between
/// any two neighbours along each axis; none is negative.
/// </summary>
public sealed record Pad(
    EquatableArray<Dim> Low, EquatableArray<Dim> High, EquatableArray<long> Interior, Scalar Fill) : MovementOp
{
    public override string Attributes =>
        $"low={Low}, high={High}{(Interior.Any(i => i > 0) ? $", interior={Interior}" : "")}, fill={Fill}";

    protected override Shape Result(TensorType operand)
    {
        OperandRules.Rank(this, Low.Count, "low padding", operand);
        OperandRules.Rank(this, High.Count, "high padding", operand);
        OperandRules.Rank(this, Interior.Count, "interior padding", operand);
        if (Fill.DType != operand.DType)
            throw new GraphException(ErrorCode.WrongDType,
                $"pad of {operand} needs a fill value of its element type, got {Fill} of {Fill.DType.ToString().ToLowerInvariant()}.");
        if (Low.Concat(High).Any(p => p.IsBound && p.Value < 0) || Interior.Any(p => p < 0))
            throw new GraphException(ErrorCode.BadAttribute,
                $"pad of {operand} has negative padding (low {Low}, high {High}, interior {Interior}); use slice to cut.");
        return Shape.Of(operand.Shape.Select((dim, axis) => Low[axis] + Reach(dim, axis) + High[axis]));
    }

    /// <summary>Extent of the operand once spread out by the interior padding; a symbolic extent counts as nonzero.</summary>
    private Dim Reach(Dim dim, int axis) => dim.Is(0) ? 0 : dim + (dim - 1) * Interior[axis];

    protected override Node Transpose(Node operand, Node cotangent) => Node.Of(
        new Slice(Low, operand.Shape.Dims, Interior.Select(i => i + 1).ToEquatable()), cotangent);

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var source = new IndexExpr[index.Length];
        Expr inside = new ConstantExpr(Scalar.Of(true));
        for (var axis = 0; axis < index.Length; axis++)
        {
            var (offset, step) = (index[axis] - Low[axis].Value, Interior[axis] + 1);
            source[axis] = offset / step;
            inside = Both(inside, InBoundsExpr.Of(offset, 0, Reach(node.Inputs[0].Shape[axis], axis).Value));
            inside = Both(inside, InBoundsExpr.Of(offset % step, 0, 1));
        }
        return SelectExpr.Of(inside, operands.Read(0, source), new ConstantExpr(Fill));
    }

    private static Expr Both(Expr a, Expr b) =>
        a is ConstantExpr known ? known.Value.AsBool ? b : a
        : b is ConstantExpr other ? other.Value.AsBool ? a : b
        : new BinaryExpr(BinaryFunction.And, a, b);

    protected override long[]? Source(TensorType operand, TensorType result, long[] index)
    {
        var source = new long[index.Length];
        for (var axis = 0; axis < index.Length; axis++)
        {
            var offset = index[axis] - Low[axis].Value;
            if (offset < 0 || offset % (Interior[axis] + 1) != 0) return null;
            source[axis] = offset / (Interior[axis] + 1);
            if (source[axis] >= operand.Shape[axis].Value) return null;
        }
        return source;
    }

    protected override Scalar Default(DType type) => Fill;

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this with
    {
        Low = Low.Select(d => d.Bind(values)).ToEquatable(),
        High = High.Select(d => d.Bind(values)).ToEquatable(),
    };
}
