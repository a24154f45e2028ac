using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Graph;

/// <summary>
/// A primitive operation. A record holds attributes only (never operands), so two ops are equal exactly when their
/// attributes are; together with reference-equal operands that makes a node's identity. All facts about the op stand side
/// by side in its record: what it yields, its gradient, its scalar definition, and a naive reference.
/// </summary>
public abstract record Op
{
    /// <summary>Name in dumps, errors and kernel names: the record's name in lower camel case.</summary>
    public virtual string Name => char.ToLowerInvariant(GetType().Name[0]) + GetType().Name[1..];

    /// <summary>Attributes for dumps, such as <c>axes=[1]</c>; empty when there are none.</summary>
    public virtual string Attributes => "";

    /// <summary>
    /// Whether swapping the two operands cannot change the result; <see cref="Node.Of(Op, ReadOnlySpan{Node})"/> then puts
    /// them in one canonical order.
    /// </summary>
    public virtual bool IsCommutative => false;

    /// <summary>Type of the result for operands of types <paramref name="inputs"/>; extents may be symbolic.</summary>
    /// <exception cref="GraphException">The operands do not fit the op or each other.</exception>
    public abstract TensorType Infer(ReadOnlySpan<TensorType> inputs);

    /// <summary>
    /// Vector–Jacobian product: for each operand the cotangent that <paramref name="cotangent"/> (of the type of
    /// <paramref name="node"/>) induces, built from ops so that it can be differentiated again; null where the operand has
    /// none (integer operands, selectors).
    /// </summary>
    public abstract Node?[] Gradient(Node node, Node cotangent);

    /// <summary>
    /// The element of <paramref name="node"/> at <paramref name="index"/> (one entry an axis) as a scalar expression over
    /// operand elements. This is the whole meaning of the op for a kernel; schedules decide how it is computed.
    /// </summary>
    public abstract Expr Lower(Node node, OperandReader operands, IndexExpr[] index);

    /// <summary>Naive reference, each element rounded once from float64 or int64 arithmetic: constant folding and test oracle.</summary>
    public abstract Literal Evaluate(Node node, ReadOnlySpan<Literal> inputs);

    /// <summary>The op with symbols in its attributes replaced. Only ops whose attributes hold extents override this.</summary>
    public virtual Op Bind(IReadOnlyDictionary<DimSymbol, long> values) => this;

    /// <summary>Closed pieces of graph the op runs; empty for all but loops and branches.</summary>
    public virtual IReadOnlyList<Subgraph> Bodies => [];

    /// <summary>The op with other bodies, in the order of <see cref="Bodies"/>.</summary>
    public virtual Op WithBodies(IReadOnlyList<Subgraph> bodies) => this;

    public sealed override string ToString() => Attributes.Length == 0 ? Name : $"{Name}({Attributes})";
}

/// <summary>Gives an op's definition access to the elements of its operands.</summary>
public abstract class OperandReader
{
    /// <summary>The element of operand number <paramref name="operand"/> at <paramref name="index"/>, one entry an axis.</summary>
    public abstract Expr Read(int operand, params ReadOnlySpan<IndexExpr> index);
}
