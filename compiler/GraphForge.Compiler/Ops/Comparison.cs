using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>A test of two operands of one type; false where either is NaN, except <see cref="NotEqual"/>, which is then true.</summary>
public abstract record ComparisonOp(BinaryFunction Function) : BinaryOp(Function)
{
    protected override void Check(TensorType operand) => OperandRules.Numeric(this, operand);

    protected override DType Result(DType operand) => DType.Bool;

    protected abstract bool Holds(double a, double b);

    protected abstract bool Holds(long a, long b);

    protected override Scalar Compute(Scalar a, Scalar b, DType result) => Scalar.Of(a.DType.IsFloat()
        ? Holds(a.AsDouble, b.AsDouble)
        : Holds(a.AsInt64, b.AsInt64));

    public override Node?[] Gradient(Node node, Node cotangent) => [null, null];
}

/// <summary>a &lt; b.</summary>
public sealed record Less() : ComparisonOp(BinaryFunction.Less)
{
    protected override bool Holds(double a, double b) => a < b;

    protected override bool Holds(long a, long b) => a < b;
}

/// <summary>a ≤ b.</summary>
public sealed record LessOrEqual() : ComparisonOp(BinaryFunction.LessOrEqual)
{
    protected override bool Holds(double a, double b) => a <= b;

    protected override bool Holds(long a, long b) => a <= b;
}

/// <summary>a = b, on any element type.</summary>
public sealed record Equal() : ComparisonOp(BinaryFunction.Equal)
{
    public override bool IsCommutative => true;

    protected override void Check(TensorType operand) { }

    protected override bool Holds(double a, double b) => a == b;

    protected override bool Holds(long a, long b) => a == b;
}

/// <summary>a ≠ b, on any element type.</summary>
public sealed record NotEqual() : ComparisonOp(BinaryFunction.NotEqual)
{
    public override bool IsCommutative => true;

    protected override void Check(TensorType operand) { }

    protected override bool Holds(double a, double b) => a != b;

    protected override bool Holds(long a, long b) => a != b;
}
