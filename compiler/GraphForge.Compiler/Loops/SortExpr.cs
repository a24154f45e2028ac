using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops;

/// <summary>
/// The value (int64) of <paramref name="variable"/> whose <paramref name="key"/> stands at place <paramref name="rank"/> when
/// the keys of all its values are put in order: the one that exactly so many <see cref="Precedes">precede</see>.
/// </summary>
/// <param name="key">What is sorted, as a function of <paramref name="variable"/>.</param>
/// <param name="variable">Runs over the elements.</param>
/// <param name="descending">Whether the greatest comes first.</param>
/// <param name="rank">Place in the order, from 0.</param>
public sealed class SortExpr(Expr key, LoopVar variable, bool descending, IndexExpr rank) : Expr
{
    public Expr Key { get; } = key;

    public LoopVar Variable { get; } = variable;

    public bool Descending { get; } = descending;

    public IndexExpr Rank { get; } = rank;

    public override DType Type => DType.Int64;

    public override IReadOnlyList<Expr> Operands { get; } = [key];

    protected internal override object Identity => (Variable, Descending, Rank);

    protected override IEnumerable<LoopVar> BoundVariables => [Variable];

    public override IEnumerable<IndexExpr> Indices => [Rank];

    public override Expr WithOperands(IReadOnlyList<Expr> operands) => new SortExpr(operands[0], Variable, Descending, Rank);

    public override Expr MapIndices(Func<IndexExpr, IndexExpr> map) => new SortExpr(Key, Variable, Descending, map(Rank));

    /// <summary>
    /// Whether element a comes before element b: by their keys, NaN counting as greatest, and where those are equal by their
    /// positions. A total order of different positions.
    /// </summary>
    public static Expr Precedes(Expr keyA, Expr positionA, Expr keyB, Expr positionB, bool descending)
    {
        var (greater, less) = descending ? (keyA, keyB) : (keyB, keyA);
        var isBefore = Reduction.Beats(ReduceFunction.ArgMaximum, greater, less);
        var isAfter = Reduction.Beats(ReduceFunction.ArgMaximum, less, greater);
        return new BinaryExpr(BinaryFunction.Or, isBefore, new BinaryExpr(BinaryFunction.And,
            new UnaryExpr(UnaryFunction.Not, isAfter), new BinaryExpr(BinaryFunction.Less, positionA, positionB)));
    }

    /// <summary>A key that no other comes after.</summary>
    public static Scalar Last(DType type, bool descending) =>
        descending ? Reduction.Neutral(ReduceFunction.Maximum, type)
        : type.IsFloat() ? Scalar.Of(type, double.NaN)
        : Reduction.Neutral(ReduceFunction.Minimum, type);
}
