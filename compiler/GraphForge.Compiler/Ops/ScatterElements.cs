using System.Numerics;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Transpose of <see cref="GatherElements"/>: each element of <c>updates</c> (operand 1) goes to the position along
/// <paramref name="Axis"/> that the integer at its place in <c>indices</c> (operand 0, of the same shape) names, and those that
/// meet are combined by <paramref name="Function"/>: sum, maximum or minimum. Where none arrives stands what changes nothing
/// when combined (0, ∓∞, the least or greatest integer). An index outside 0..Length−1 goes nowhere.
/// </summary>
/// <param name="Axis">The axis along which the indices count.</param>
/// <param name="Length">Extent of the result along it.</param>
/// <param name="Function">How elements that meet combine.</param>
public sealed record ScatterElements(int Axis, Dim Length, ReduceFunction Function) : Op
{
    public override string Attributes => $"axis={Axis}, length={Length}, {Function.ToString().ToLowerInvariant()}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 2);
        var (indices, updates) = (inputs[0], inputs[1]);
        OperandRules.Axis(this, Axis, updates);
        OperandRules.Integer(this, indices);
        OperandRules.Numeric(this, updates);
        if (Function is not (ReduceFunction.Sum or ReduceFunction.Maximum or ReduceFunction.Minimum))
            throw new GraphException(ErrorCode.BadAttribute, $"{Name} combines by sum, maximum or minimum, not by {Function}.");
        if (Length.IsBound && Length.Value < 0)
            throw new GraphException(ErrorCode.BadAttribute, $"{Name} has length {Length}; it must not be negative.");
        if (indices.Shape != updates.Shape)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{Name} needs one index for each update, got indices {indices} and updates {updates}.");
        return updates with { Shape = updates.Shape.With(Axis, Length) };
    }

    public override Node?[] Gradient(Node node, Node cotangent)
    {
        if (!node.Type.DType.IsFloat()) return [null, null];
        var (indices, updates) = (node.Inputs[0], node.Inputs[1]);
        if (Length.Is(0)) return [null, updates.ZerosLike()];
        if (Function == ReduceFunction.Sum) return [null, AtSources(indices, cotangent)];
        // The winners share the cotangent evenly; positions that nothing reached have none, and divide by 1.
        var wins = updates.EqualTo(node.GatherElements(Axis, indices)).Cast(updates.Type.DType);
        var winners = wins.ScatterElements(Axis, indices, Length).Maximum(1);
        return [null, wins * AtSources(indices, cotangent / winners)];
    }

    /// <summary>What each update finds where it went; 0 where it went nowhere.</summary>
    private Node AtSources(Node indices, Node result) => indices.WhereIndexOf(Length, result.GatherElements(Axis, indices));

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var variable = new LoopVar($"r{Axis}", node.Inputs[0].Shape[Axis].Value);
        IndexExpr[] source = [.. index];
        source[Axis] = variable;
        return new ReduceExpr(Function, [variable], operands.Read(1, source), new ScatterMatch(operands.Read(0, source), index[Axis]));
    }

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (indices, updates) = (inputs[0], inputs[1]);
        var strides = node.Shape.Strides();
        var arriving = new List<Scalar>?[node.Shape.Size.Value];
        foreach (var source in IndexSpace.Each(updates.Type.Shape.Values))
        {
            var position = Elements.At(indices, source).AsInt64;
            if (position < 0 || position >= Length.Value) continue;
            long[] target = [.. source];
            target[Axis] = position;
            (arriving[IndexSpace.Offset(target, strides)] ??= []).Add(Elements.At(updates, source));
        }
        return Elements.Map(node.Type, i => arriving[i] is { } met ? Combine(met) : Reduction.Neutral(Function, node.Type.DType));
    }

    private Scalar Combine(List<Scalar> elements)
    {
        var type = elements[0].DType;
        return type.IsFloat()
            ? Scalar.Of(type, Combine(elements.Select(e => e.AsDouble)))
            : Scalar.Of(type, Combine(elements.Select(e => e.AsInt64)));
    }

    private T Combine<T>(IEnumerable<T> elements) where T : INumber<T> => elements.Aggregate(Function switch
    {
        ReduceFunction.Sum => (a, b) => a + b,
        ReduceFunction.Maximum => T.Max,
        _ => T.Min,
    });

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this with { Length = Length.Bind(values) };
}
