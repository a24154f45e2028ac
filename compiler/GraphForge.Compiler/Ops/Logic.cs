using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>Not a, on bool.</summary>
public sealed record Not() : UnaryOp(UnaryFunction.Not)
{
    protected override void Check(TensorType operand) => OperandRules.Bool(this, operand);

    protected override double Compute(double x) => x == 0 ? 1 : 0;

    protected override long Compute(long x) => x == 0 ? 1 : 0;

    protected override Node? Gradient(Node x, Node y, Node g) => null;
}

/// <summary>A commutative function of two bools.</summary>
public abstract record LogicOp(BinaryFunction Function) : BinaryOp(Function)
{
    public override bool IsCommutative => true;

    protected override void Check(TensorType operand) => OperandRules.Bool(this, operand);

    protected abstract bool Holds(bool a, bool b);

    protected override Scalar Compute(Scalar a, Scalar b, DType result) => Scalar.Of(Holds(a.AsBool, b.AsBool));

    public override Node?[] Gradient(Node node, Node cotangent) => [null, null];
}

/// <summary>Both.</summary>
public sealed record And() : LogicOp(BinaryFunction.And)
{
    protected override bool Holds(bool a, bool b) => a && b;
}

/// <summary>Either or both.</summary>
public sealed record Or() : LogicOp(BinaryFunction.Or)
{
    protected override bool Holds(bool a, bool b) => a || b;
}

/// <summary>Exactly one.</summary>
public sealed record Xor() : LogicOp(BinaryFunction.Xor)
{
    protected override bool Holds(bool a, bool b) => a ^ b;
}
