using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Each element of the result depends on the elements of the operands at the same index and on nothing else.</summary>
public abstract record ElementwiseOp : Op;

/// <summary>An elementwise op of one operand that keeps shape and element type.</summary>
public abstract record UnaryOp(UnaryFunction Function) : ElementwiseOp
{
    /// <summary>Rejects element types the function is not defined on.</summary>
    protected abstract void Check(TensorType operand);

    /// <summary>The function on floats.</summary>
    protected abstract double Compute(double x);

    /// <summary>The function on integers; the result wraps to the element type.</summary>
    protected virtual long Compute(long x) =>
        throw new InternalCompilerException("evaluate", $"{Name} is not defined on integers");

    /// <summary>The operand's cotangent for operand <paramref name="x"/>, result <paramref name="y"/> and cotangent <paramref name="g"/>.</summary>
    protected abstract Node? Gradient(Node x, Node y, Node g);

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 1);
        Check(inputs[0]);
        return inputs[0];
    }

    public override Node?[] Gradient(Node node, Node cotangent)
    {
        if (!node.Type.DType.IsFloat()) return [null];
        return [Gradient(node.Inputs[0].Widened(), node.Widened(), cotangent.Widened())?.Cast(node.Type.DType)];
    }

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) =>
        new UnaryExpr(Function, operands.Read(0, index));

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (x, type) = (inputs[0], node.Type.DType);
        return Elements.Map(node.Type, i => type.IsFloat()
            ? Scalar.Of(type, Compute(x[i].AsDouble))
            : Scalar.Of(type, Compute(x[i].AsInt64)));
    }
}

/// <summary>A unary op on floats.</summary>
public abstract record FloatUnaryOp(UnaryFunction Function) : UnaryOp(Function)
{
    protected override void Check(TensorType operand) => OperandRules.Float(this, operand);
}

/// <summary>A unary op on every element type but bool.</summary>
public abstract record NumericUnaryOp(UnaryFunction Function) : UnaryOp(Function)
{
    protected override void Check(TensorType operand) => OperandRules.Numeric(this, operand);

    protected abstract override long Compute(long x);
}

/// <summary>An elementwise op of two operands of one type. Broadcasting is an explicit <see cref="Expand"/>.</summary>
public abstract record BinaryOp(BinaryFunction Function) : ElementwiseOp
{
    /// <summary>Rejects element types the function is not defined on.</summary>
    protected abstract void Check(TensorType operand);

    /// <summary>The result's element type for operands of type <paramref name="operand"/>.</summary>
    protected virtual DType Result(DType operand) => operand;

    protected abstract Scalar Compute(Scalar a, Scalar b, DType result);

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        OperandRules.Arity(this, inputs, 2);
        Check(inputs[0]);
        OperandRules.SameType(this, inputs[0], inputs[1]);
        return inputs[0] with { DType = Result(inputs[0].DType) };
    }

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) =>
        new BinaryExpr(Function, operands.Read(0, index), operands.Read(1, index));

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (a, b) = (inputs[0], inputs[1]);
        return Elements.Map(node.Type, i => Compute(a[i], b[i], node.Type.DType));
    }
}
