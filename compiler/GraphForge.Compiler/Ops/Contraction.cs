using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// A product of two tensors summed over the axes they share and the result lacks: batched matmul, outer product, any
/// two-operand einsum without diagonals. Every axis carries a label; axes with equal labels run together. A label stands
/// at most once in an operand, and every label of an operand is in the other operand or in the output (sum other axes
/// away first). Operands and output in any axis order: transposition is a matter of labels.
/// </summary>
/// <remarks>Operands have one dtype, float or integer; the output has it too. Integer products wrap.</remarks>
public sealed record Contraction : Op
{
    /// <summary>The labels are renumbered by first occurrence in left, then right, so that equal einsums are equal ops.</summary>
    public Contraction(EquatableArray<int> left, EquatableArray<int> right, EquatableArray<int> output)
    {
        var number = new Dictionary<int, int>();
        foreach (var label in left.Concat(right).Concat(output)) number.TryAdd(label, number.Count);
        Left = left.Select(l => number[l]).ToEquatable();
        Right = right.Select(l => number[l]).ToEquatable();
        Output = output.Select(l => number[l]).ToEquatable();
    }

    /// <summary>Labels of the left operand's axes.</summary>
    public EquatableArray<int> Left { get; }

    /// <summary>Labels of the right operand's axes.</summary>
    public EquatableArray<int> Right { get; }

    /// <summary>Labels of the result's axes.</summary>
    public EquatableArray<int> Output { get; }

    /// <summary>Labels that are summed over, ascending: in both operands and not in the output.</summary>
    public IEnumerable<int> Contracted => Left.Where(l => Right.Contains(l) && !Output.Contains(l)).Order();

    public override string Attributes => $"{Text(Left)},{Text(Right)}->{Text(Output)}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        var type = ProductOperands.CommonDType(this, inputs);
        var (left, right) = (inputs[0], inputs[1]);
        CheckLabels(left, right);
        var extents = new Dictionary<int, Dim>();
        for (var axis = 0; axis < left.Rank; axis++) extents[Left[axis]] = left.Shape[axis];
        for (var axis = 0; axis < right.Rank; axis++)
            if (!extents.TryAdd(Right[axis], right.Shape[axis]) && extents[Right[axis]] != right.Shape[axis])
                throw Mismatch(left, right,
                    $"label {Letter(Right[axis])} is {extents[Right[axis]]} in the left operand and " +
                    $"{right.Shape[axis]} in the right operand; transpose or reshape an operand so that they agree.");
        return new TensorType(type, Shape.Of(Output.Select(l => extents[l])));
    }

    public override Node?[] Gradient(Node node, Node cotangent)
    {
        if (!node.Type.DType.IsFloat()) return [null, null];
        return
        [
            Node.Of(new Contraction(Output, Right, Left), cotangent, node.Inputs[1]),
            Node.Of(new Contraction(Output, Left, Right), cotangent, node.Inputs[0]),
        ];
    }

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var at = new Dictionary<int, IndexExpr>();
        for (var axis = 0; axis < Output.Count; axis++) at[Output[axis]] = index[axis];
        var reduced = new List<LoopVar>();
        foreach (var label in Contracted)
        {
            // Canonical numbering makes a left operand's label the number of its axis.
            reduced.Add(new LoopVar($"k{Letter(label)}", node.Inputs[0].Shape[label].Value));
            at[label] = reduced[^1];
        }
        var product = new BinaryExpr(BinaryFunction.Multiply,
            operands.Read(0, [.. Left.Select(l => at[l])]),
            operands.Read(1, [.. Right.Select(l => at[l])]));
        return reduced.Count == 0 ? product : new ReduceExpr(ReduceFunction.Sum, reduced, product);
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (left, right) = (inputs[0], inputs[1]);
        var extents = new long[Left.Concat(Right).DefaultIfEmpty(-1).Max() + 1];
        for (var axis = 0; axis < Left.Count; axis++) extents[Left[axis]] = left.Type.Shape[axis].Value;
        for (var axis = 0; axis < Right.Count; axis++) extents[Right[axis]] = right.Type.Shape[axis].Value;
        var leftStrides = StridesByLabel(Left, left.Type.Shape, extents.Length);
        var rightStrides = StridesByLabel(Right, right.Type.Shape, extents.Length);
        var outputStrides = StridesByLabel(Output, node.Shape, extents.Length);
        var sums = new SumBuffer(node.Type);
        foreach (var index in IndexSpace.Each(extents))
            sums.AddProduct(IndexSpace.Offset(index, outputStrides),
                left[IndexSpace.Offset(index, leftStrides)], right[IndexSpace.Offset(index, rightStrides)]);
        return sums.ToLiteral();
    }

    private void CheckLabels(TensorType left, TensorType right)
    {
        if (left.Rank != Left.Count || right.Rank != Right.Count)
            throw Mismatch(left, right, "the operands need as many axes as they have labels; reshape an operand.");
        foreach (var labels in new[] { Left, Right, Output })
            if (labels.GroupBy(l => l).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw Mismatch(left, right,
                    $"label {Letter(twice.Key)} stands twice in {Text(labels)}; take the diagonal before the contraction.");
        foreach (var label in Left.Concat(Right).Where(l => !Output.Contains(l) && !(Left.Contains(l) && Right.Contains(l))))
            throw Mismatch(left, right,
                $"label {Letter(label)} is in one operand only and not in the output; sum over that axis first.");
        foreach (var label in Output.Where(l => !Left.Contains(l) && !Right.Contains(l)))
            throw Mismatch(left, right, $"output label {Letter(label)} is in no operand; expand the result afterwards.");
    }

    private GraphException Mismatch(TensorType left, TensorType right, string problem) =>
        new(ErrorCode.ShapeMismatch, $"{this} of {left.Shape} and {right.Shape}: {problem}");

    /// <summary>Stride of each label in a row-major tensor; 0 for labels it lacks.</summary>
    private static long[] StridesByLabel(EquatableArray<int> labels, Shape shape, int count)
    {
        var result = new long[count];
        var strides = shape.Strides();
        for (var axis = 0; axis < labels.Count; axis++) result[labels[axis]] = strides[axis];
        return result;
    }

    private static string Text(EquatableArray<int> labels) => string.Concat(labels.Select(Letter));

    private static string Letter(int label) => label < 26 ? ((char)('a' + label)).ToString() : $"<{label}>";
}
