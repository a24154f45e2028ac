using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// The greatest or least element of each window. Padding never wins: it counts as the value nothing is beyond (∓∞, or
/// the least or greatest integer). A NaN in the window is the result.
/// </summary>
public abstract record WindowExtreme(WindowGeometry Geometry) : Op
{
    public sealed override string Attributes => Geometry.ToString();

    /// <summary>Whether the greatest element is sought, not the least.</summary>
    protected abstract bool IsMaximum { get; }

    /// <summary>The op that finds where the extreme is.</summary>
    protected abstract WindowArgExtreme Arg { get; }

    public sealed override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 1);
        OperandRules.Numeric(this, inputs[0]);
        return inputs[0] with { Shape = Geometry.OutputShape(this, inputs[0].Shape) };
    }

    /// <summary>The cotangent goes to the first extreme of each window.</summary>
    public sealed override Node?[] Gradient(Node node, Node cotangent) => node.Type.DType.IsFloat()
        ? [Node.Of(new WindowScatter(Geometry, node.Inputs[0].Shape), cotangent, Node.Of(Arg, node.Inputs[0]))]
        : [null];

    public sealed override Expr Lower(Node node, OperandReader operands, IndexExpr[] index)
    {
        var (variables, element) = Elements(Geometry, IsMaximum, node, operands, index);
        return new ReduceExpr(IsMaximum ? ReduceFunction.Maximum : ReduceFunction.Minimum, variables, element);
    }

    public sealed override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var x = inputs[0];
        var padding = Padding(node.Type.DType, IsMaximum);
        var result = new Literal(node.Type);
        for (var i = 0; i < result.Count; i++) result[i] = padding;
        foreach (var term in Geometry.Terms(x.Type.Shape, node.Shape))
            if (term.Element >= 0 && IsBeyond(x[term.Element], result[term.Window], IsMaximum))
                result[term.Window] = x[term.Element];
        return result;
    }

    /// <summary>The elements of a window as a function of variables over its positions.</summary>
    internal static (LoopVar[] Variables, Expr Element) Elements(
        WindowGeometry windows, bool isMaximum, Node node, OperandReader operands, IndexExpr[] index)
    {
        var type = node.Inputs[0].Type;
        var leading = type.Rank - windows.Rank;
        var variables = windows.PositionVariables();
        var element = windows.Element(
            index.AsSpan(leading), Array.ConvertAll(variables, v => (IndexExpr)v), type.Shape.Dims.AsSpan()[leading..]);
        var value = operands.Read(0, [.. index.AsSpan(0, leading), .. element.Index]);
        return (variables, SelectExpr.Of(element.Inside, value, new ConstantExpr(Padding(type.DType, isMaximum))));
    }

    /// <summary>What padding counts as.</summary>
    internal static Scalar Padding(DType type, bool isMaximum) => type switch
    {
        _ when type.IsFloat() =>
            Scalar.Of(type, isMaximum ? double.NegativeInfinity : double.PositiveInfinity),
        DType.UInt8 => Scalar.Of(type, isMaximum ? byte.MinValue : (long)byte.MaxValue),
        DType.Int32 => Scalar.Of(type, isMaximum ? int.MinValue : (long)int.MaxValue),
        _ => Scalar.Of(type, isMaximum ? long.MinValue : long.MaxValue),
    };

    /// <summary>Whether <paramref name="value"/> takes the place of <paramref name="best"/>; the first NaN stays.</summary>
    internal static bool IsBeyond(Scalar value, Scalar best, bool isMaximum)
    {
        if (!value.DType.IsFloat())
            return isMaximum ? value.AsInt64 > best.AsInt64 : value.AsInt64 < best.AsInt64;
        if (double.IsNaN(best.AsDouble)) return false;
        if (double.IsNaN(value.AsDouble)) return true;
        return isMaximum ? value.AsDouble > best.AsDouble : value.AsDouble < best.AsDouble;
    }
}

/// <inheritdoc cref="WindowExtreme"/>
public sealed record WindowMaximum(WindowGeometry Geometry) : WindowExtreme(Geometry)
{
    protected override bool IsMaximum => true;

    protected override WindowArgExtreme Arg => new WindowArgMaximum(Geometry);
}

/// <inheritdoc cref="WindowExtreme"/>
public sealed record WindowMinimum(WindowGeometry Geometry) : WindowExtreme(Geometry)
{
    protected override bool IsMaximum => false;

    protected override WindowArgExtreme Arg => new WindowArgMinimum(Geometry);
}
