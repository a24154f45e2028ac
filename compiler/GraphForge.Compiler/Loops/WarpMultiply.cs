using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops;

/// <summary>
/// The threads of a warp together multiply 16 rows with 8 columns, 8 words of 32 bits each, and add to 16 × 8 sums in their registers.
/// Every thread of the group must come to it.
/// </summary>
/// <remarks>Which thread has what: PTX ISA, "Matrix Fragments for mma.m16n8k8" (tf32), and "for mma.m16n8k16" (16 bits, two in a word).</remarks>
/// <param name="sums">Registers, float32.</param>
/// <param name="first">The first of <see cref="Sums"/> registers.</param>
/// <param name="left">Four words of rows, see <see cref="LeftPlaces"/>.</param>
/// <param name="right">Two words of columns, see <see cref="RightPlaces"/>.</param>
/// <param name="element">What the words are, see <see cref="PackedExpr"/>.</param>
public sealed class WarpMultiply(LoopBuffer sums, int first, IReadOnlyList<Expr> left, IReadOnlyList<Expr> right, DType element) : Statement
{
    /// <summary>Sums of a thread.</summary>
    public const int Sums = 4;

    public LoopBuffer Target { get; } = sums;

    public int First { get; } = first;

    public IReadOnlyList<Expr> Left { get; } = left;

    public IReadOnlyList<Expr> Right { get; } = right;

    public DType Element { get; } = element;

    /// <summary>Row and word of what a thread has of the left operand.</summary>
    public static IEnumerable<(IndexExpr Row, IndexExpr Word)> LeftPlaces(IndexExpr lane) =>
        [(lane / 4, lane % 4), (lane / 4 + 8, lane % 4), (lane / 4, lane % 4 + 4), (lane / 4 + 8, lane % 4 + 4)];

    /// <summary>Word and column of what a thread has of the right operand.</summary>
    public static IEnumerable<(IndexExpr Word, IndexExpr Column)> RightPlaces(IndexExpr lane) => [(lane % 4, lane / 4), (lane % 4 + 4, lane / 4)];

    /// <summary>Row and column of the sums of a thread.</summary>
    public static IEnumerable<(IndexExpr Row, IndexExpr Column)> ResultPlaces(IndexExpr lane) =>
        [(lane / 4, lane % 4 * 2), (lane / 4, lane % 4 * 2 + 1), (lane / 4 + 8, lane % 4 * 2), (lane / 4 + 8, lane % 4 * 2 + 1)];
}

/// <summary>
/// A word of 32 bits as tensor cores take it: a float32 rounded to 10 bits behind the point (tf32), or two neighbours of 16 bits, the
/// first in the lower half.
/// </summary>
public sealed class PackedExpr(DType element, IReadOnlyList<Expr> operands) : Expr
{
    public DType Element { get; } = element;

    public override DType Type => DType.Int32;

    public override IReadOnlyList<Expr> Operands { get; } = operands;

    protected internal override object Identity => (nameof(PackedExpr), Element);

    public override Expr WithOperands(IReadOnlyList<Expr> operands) => new PackedExpr(Element, operands);
}
