using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops;

/// <summary>An element of a small constant tensor that is written into the code; a number where the index is one.</summary>
public sealed class TableExpr : Expr
{
    private TableExpr(Literal table, EquatableArray<IndexExpr> index) => (Table, Index) = (table, index);

    public Literal Table { get; }

    /// <summary>One entry an axis.</summary>
    public EquatableArray<IndexExpr> Index { get; }

    public override DType Type => Table.Type.DType.Arithmetic();

    protected internal override object Identity => (Table, Index);

    public override IEnumerable<IndexExpr> Indices => Index;

    /// <summary>Row-major number of the element.</summary>
    public IndexExpr Linear => IndexExpr.Linear(Index.AsSpan(), Table.Type.Shape.Strides());

    public override Expr MapIndices(Func<IndexExpr, IndexExpr> map) => Of(Table, Index.Select(map).ToEquatable());

    public static Expr Of(Literal table, EquatableArray<IndexExpr> index)
    {
        var element = new TableExpr(table, index);
        return element.Linear is { IsConstant: true, Constant: var i } ? new ConstantExpr(table[(int)i]) : element;
    }
}
