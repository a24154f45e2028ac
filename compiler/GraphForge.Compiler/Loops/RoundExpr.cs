using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops;

/// <summary>
/// A float32 rounded to the nearest value of a float type of 16 bits, and still a float32.
/// </summary>
/// <remarks>
/// The result of every op of such a type is rounded, whether or not it is stored. What fusion keeps in registers is therefore,
/// bit for bit, what it would read back from memory, so that no value depends on where kernels begin and end, and comparing a
/// value with one derived from it (an element with the maximum of its row, a mask recomputed for the backward pass) cannot
/// fail because only one of them went through memory. Inside an op nothing is rounded: sums, products of a contraction and
/// chains of one op's own definition are float32, and rounded once. Functions whose intermediate values must keep more digits
/// (softmax, mean, optimizers) convert to float32 themselves.
/// </remarks>
public sealed class RoundExpr : Expr
{
    private RoundExpr(DType precision, Expr operand)
    {
        Precision = precision;
        Operands = [operand];
    }

    /// <summary>The type whose values the result has.</summary>
    public DType Precision { get; }

    public Expr Operand => Operands[0];

    public override DType Type => DType.Float32;

    public override IReadOnlyList<Expr> Operands { get; }

    protected internal override object Identity => Precision;

    public override Expr WithOperands(IReadOnlyList<Expr> operands) => new RoundExpr(Precision, operands[0]);

    /// <summary><paramref name="value"/> as an element of <paramref name="type"/>: rounded where that type is computed with as another.</summary>
    public static Expr Of(DType type, Expr value) =>
        !type.IsHalf() || IsExact(type, value) ? value : new RoundExpr(type, value);

    /// <summary>Whether the value is one of <paramref name="type"/> already: read from memory, or chosen among such values.</summary>
    private static bool IsExact(DType type, Expr value)
    {
        var seen = new HashSet<Expr>(ReferenceEqualityComparer.Instance);
        return Is(value);

        // All parts must be exact, so whatever is met again was.
        bool Is(Expr e) => !seen.Add(e) || e switch
        {
            RoundExpr round => round.Precision == type,
            LoadExpr load => load.Buffer.Type == type,
            ConstantExpr constant => constant.Value.Equals(constant.Value.As(type).As(DType.Float32)),
            SelectExpr select => Is(select.WhenTrue) && Is(select.WhenFalse),
            UnaryExpr
            {
                Function: UnaryFunction.Negate or UnaryFunction.Absolute or UnaryFunction.Sign or
                UnaryFunction.Floor or UnaryFunction.Ceiling or UnaryFunction.Round
            } unary => Is(unary.Operand),
            BinaryExpr { Function: BinaryFunction.Minimum or BinaryFunction.Maximum } binary => Is(binary.Left) && Is(binary.Right),
            ReduceExpr { Function: ReduceFunction.Minimum or ReduceFunction.Maximum, Match: null } reduce => Is(reduce.Body),
            ConvertExpr convert => convert.Operand.Type is DType.Bool or DType.UInt8,
            _ => false,
        };
    }
}
