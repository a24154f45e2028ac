using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Not a, on bool; on integers, every bit turned.</summary>
public sealed record Not() : UnaryOp(UnaryFunction.Not)
{
    protected override void Check(TensorType operand) => OperandRules.Bits(this, operand);

    protected override double Compute(double x) =>
        throw new InternalCompilerException("evaluate", $"{Name} is not defined on floats");

    protected override Node? Gradient(Node x, Node y, Node g) => null;

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var (x, type) = (inputs[0], node.Type.DType);
        return Elements.Map(node.Type, i => type == DType.Bool ? Scalar.Of(!x[i].AsBool) : Scalar.Of(type, ~x[i].AsInt64));
    }
}

/// <summary>A commutative function of two bools, or of each bit of two integers.</summary>
public abstract record LogicOp(BinaryFunction Function) : BinaryOp(Function)
{
    public override bool IsCommutative => true;

    protected override void Check(TensorType operand) => OperandRules.Bits(this, operand);

    /// <summary>The function on every bit; a bool is the lowest.</summary>
    protected abstract long Compute(long a, long b);

    protected override Scalar Compute(Scalar a, Scalar b, DType result) => Scalar.Of(result, Compute(a.AsInt64, b.AsInt64));

    public override Node?[] Gradient(Node node, Node cotangent) => [null, null];
}

/// <summary>Both.</summary>
public sealed record And() : LogicOp(BinaryFunction.And)
{
    protected override long Compute(long a, long b) => a & b;
}

/// <summary>Either or both.</summary>
public sealed record Or() : LogicOp(BinaryFunction.Or)
{
    protected override long Compute(long a, long b) => a | b;
}

/// <summary>Exactly one.</summary>
public sealed record Xor() : LogicOp(BinaryFunction.Xor)
{
    protected override long Compute(long a, long b) => a ^ b;
}
