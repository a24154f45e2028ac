using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Powers with simple exponents, idempotent functions, extremes and casts. Powers agree with <see cref="Power"/> to a few
/// units in the last place, except √ where the base is −∞ (NaN instead of ∞). Identities that hold for real numbers only,
/// such as log(eˣ) = x, are left alone: they overflow or lose digits on floats.
/// </summary>
public static class FunctionRules
{
    public static IReadOnlyList<RewriteRule> Rules { get; } =
    [
        Power("pow(x, 0) → 1", 0, x => UniformValue.Like(x, 1)),
        Power("pow(x, 1) → x", 1, x => x),
        Power("pow(x, 2) → x * x", 2, x => x * x),
        Power("pow(x, 3) → x * x * x", 3, x => x * x * x),
        Power("pow(x, -1) → 1 / x", -1, x => 1 / x),
        Power("pow(x, ½) → √x", 0.5, x => x.Sqrt()),
        Power("pow(x, -½) → 1 / √x", -0.5, x => 1 / x.Sqrt()),

        RewriteRule.On<Minimum>("min(x, x) → x", (_, node) => node.Inputs[0] == node.Inputs[1] ? node.Inputs[0] : null),
        RewriteRule.On<Maximum>("max(x, x) → x", (_, node) => node.Inputs[0] == node.Inputs[1] ? node.Inputs[0] : null),
        RewriteRule.OnEither<Minimum>("min(x, ∞) → x", (x, y) => UniformValue.Is(y, double.PositiveInfinity) ? x : null),
        RewriteRule.OnEither<Maximum>("max(x, -∞) → x", (x, y) => UniformValue.Is(y, double.NegativeInfinity) ? x : null),

        RewriteRule.On<Absolute>("|x| → x where x is never negative", (_, node) =>
            IsNeverNegative(node.Inputs[0]) ? node.Inputs[0] : null),
        RewriteRule.On<Absolute>("|-x| → |x|", (_, node) =>
            node.Inputs[0].Op is Negate ? node.Inputs[0].Inputs[0].Absolute() : null),
        RewriteRule.On<Cos>("cos(-x) → cos(x)", (_, node) =>
            node.Inputs[0].Op is Negate ? node.Inputs[0].Inputs[0].Cos() : null),
        RewriteRule.On<Sign>("sign(sign(x)) → sign(x)", (_, node) => node.Inputs[0].Op is Sign ? node.Inputs[0] : null),
        RewriteRule.On<FloatUnaryOp>("rounding of a whole number → the number", (op, node) =>
            op is Floor or Ceiling or Round && IsWhole(node.Inputs[0]) ? node.Inputs[0] : null),

        RewriteRule.On<Cast>("cast to its own type → x", (op, node) =>
            op.DType == node.Inputs[0].Type.DType ? node.Inputs[0] : null),
        RewriteRule.On<Cast>("cast of a lossless cast → one cast", (op, node) =>
            node.Inputs[0].Op is Cast inner && IsLossless(node.Inputs[0].Inputs[0].Type.DType, inner.DType)
                ? node.Inputs[0].Inputs[0].Cast(op.DType)
                : null),
    ];

    private static RewriteRule Power(string name, double exponent, Func<Node, Node> replace) =>
        RewriteRule.On<Power>(name, (_, node) => UniformValue.Is(node.Inputs[1], exponent) ? replace(node.Inputs[0]) : null);

    // A product with itself and an exponential are NaN or not below 0; integer products wrap and are not.
    private static bool IsNeverNegative(Node x) => x.Op is Absolute
        ? x.Type.DType.IsFloat()
        : x.Type.DType == DType.UInt8 || x.Op is Exp ||
          x.Op is Multiply && x.Type.DType.IsFloat() && x.Inputs[0] == x.Inputs[1];

    private static bool IsWhole(Node x) =>
        x.Op is Floor or Ceiling or Round or Sign || x.Op is Cast && !x.Inputs[0].Type.DType.IsFloat();

    /// <summary>Whether every value of <paramref name="from"/> is a value of <paramref name="to"/>.</summary>
    internal static bool IsLossless(DType from, DType to) => from == to || from switch
    {
        DType.Bool => true,
        DType.UInt8 => to is not DType.Bool,
        DType.Int32 => to is DType.Int64 or DType.Float64,
        DType.Float16 or DType.BFloat16 => to is DType.Float32 or DType.Float64,
        DType.Float32 => to is DType.Float64,
        _ => false,
    };
}
