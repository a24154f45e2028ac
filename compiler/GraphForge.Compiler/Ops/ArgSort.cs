using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Int64 positions along <paramref name="Axis"/> of the elements in order. Equal elements stay in their order, and NaN counts as
/// greater than any number.
/// </summary>
public sealed record ArgSort(int Axis, bool Descending) : Op
{
    public override string Attributes => $"axis={Axis}{(Descending ? ", descending" : "")}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 1);
        OperandRules.Axis(this, Axis, inputs[0]);
        return inputs[0] with { DType = DType.Int64 };
    }

    public override Node?[] Gradient(Node node, Node cotangent) => [null];

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var count = node.Shape[Axis].Value;
        if (count <= 1) return ConstantExpr.Zero(DType.Int64);
        var variable = new LoopVar($"s{Axis}", count);
        IndexExpr[] source = [.. index];
        source[Axis] = variable;
        return new SortExpr(operands.Read(0, source), variable, Descending, index[Axis]);
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var x = inputs[0];
        var result = new Literal(node.Type);
        var strides = node.Shape.Strides();
        var count = node.Shape[Axis].Value;
        foreach (var first in IndexSpace.Each(node.Shape.With(Axis, 1).Values))
        {
            var start = IndexSpace.Offset(first, strides);
            var places = Enumerable.Range(0, (int)count).Select(i => start + i * (int)strides[Axis]).ToArray();
            var order = Enumerable.Range(0, (int)count).ToArray();
            // Sorting by keys is stable.
            var sorted = order.OrderBy(i => x[places[i]], Comparer<Scalar>.Create((a, b) => Descending ? Compare(b, a) : Compare(a, b))).ToArray();
            for (var i = 0; i < sorted.Length; i++) result[places[i]] = Scalar.Of(DType.Int64, (long)sorted[i]);
        }
        return result;
    }

    private static int Compare(Scalar a, Scalar b)
    {
        if (!a.DType.IsFloat()) return a.AsInt64.CompareTo(b.AsInt64);
        var (left, right) = (a.AsDouble, b.AsDouble);
        return double.IsNaN(left) || double.IsNaN(right) ? double.IsNaN(left).CompareTo(double.IsNaN(right)) : left.CompareTo(right);
    }
}
