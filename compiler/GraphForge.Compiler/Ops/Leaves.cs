using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>A value that is given before a run, not computed; kernels load it, nothing is ever lowered or evaluated.</summary>
public abstract record Leaf : Op
{
    public override Node?[] Gradient(Node node, Node cotangent) => [];

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) =>
        throw new InternalCompilerException("lower", $"{this} is stored, not computed");

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs) =>
        throw new InternalCompilerException("evaluate", $"{this} has no value of its own; the evaluator must be given one");
}

/// <summary>Data the caller hands to each run.</summary>
/// <param name="Label">Name for binding.</param>
/// <param name="Type">Type of the data.</param>
/// <param name="Owner">
/// Whose input it is, compared by reference: the inputs of two programs are two nodes, and so is what is computed from them,
/// however alike they are; the lines and names of one then never show in the other.
/// </param>
public sealed record Input(string Label, TensorType Type, object? Owner = null) : Leaf
{
    public override string Attributes => Label;

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => Type;

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) =>
        this with { Type = Type with { Shape = Type.Shape.Bind(values) } };
}

/// <summary>The value a state slot holds at the start of a run.</summary>
public sealed record State(StateSlot Slot) : Leaf
{
    public override string Attributes => Slot.Name;

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => Slot.Type;
}

/// <summary>
/// A parameter of a <see cref="Subgraph"/>: what the op that runs it hands in. Numbers are positions; a negative one belongs to
/// a body that is still being written down.
/// </summary>
public sealed record BodyParameter(long Index, TensorType Type) : Leaf
{
    public override string Attributes => $"{Index}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => Type;

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) =>
        this with { Type = Type with { Shape = Type.Shape.Bind(values) } };
}

/// <summary>A value known when the graph is built.</summary>
public sealed record Constant(Literal Value) : Leaf
{
    public override string Attributes => Value.ToString();

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => Value.Type;

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) => Value.IsUniform(out var value)
        ? new ConstantExpr(value)
        : base.Lower(node, operands, index);

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs) => Value;
}

/// <summary>An extent as an int64 scalar; a constant once its symbols are bound, and checked then where there is a rule.</summary>
public sealed record DimSize(Dim Dim, ExtentRule? Rule = null) : Op
{
    public override string Attributes => Dim.ToString();

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => new(DType.Int64, Shape.Scalar);

    public override Node?[] Gradient(Node node, Node cotangent) => [];

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) =>
        new ConstantExpr(Scalar.Of(DType.Int64, Dim.Value));

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs) => Literal.Of(Scalar.Of(DType.Int64, Dim.Value));

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values)
    {
        var extent = Dim.Bind(values);
        Rule?.Check(extent);
        return new DimSize(extent, extent.IsBound ? null : Rule);
    }
}

/// <summary>0, 1, 2, … along one axis of a 1-D tensor of <paramref name="Length"/> elements.</summary>
public sealed record Iota(Dim Length, DType DType) : Op
{
    public override string Attributes => $"{Length}, {DType}";

    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => new(DType, [Length]);

    public override Node?[] Gradient(Node node, Node cotangent) => [];

    public override Expr Lower(Node node, OperandReader operands, IndexExpr[] index) => new IndexValueExpr(index[0], DType);

    public override Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs)
    {
        var result = new Literal(node.Type);
        for (var i = 0; i < result.Count; i++) result[i] = Scalar.Of(DType, (long)i);
        return result;
    }

    public override Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this with { Length = Length.Bind(values) };
}
