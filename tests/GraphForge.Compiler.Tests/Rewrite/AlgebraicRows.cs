using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;
using static GraphForge.Compiler.Tests.Rewrite.RuleRow;

namespace GraphForge.Compiler.Tests.Rewrite;

internal static class AlgebraicRows
{
    public static IEnumerable<RuleRow> All => [.. Arithmetic, .. Functions, .. Logic, .. Comparisons, .. Constants];

    private static RuleRow[] Arithmetic =>
    [
        new("x + 0 → x", () => X + 0, () => X),
        new("x + -y → x - y", () => X + -Y, () => X - Y),
        new("(x + c) + d → x + (c + d), integers", () => I + 2 + 3, () => I + (Full(I, 2) + 3)),
        new("x - x → 0, integers", () => I - I, () => Full(I, 0)),
        new("0 - x → -x", () => 0 - X, () => -X),
        new("x - -y → x + y", () => X - -Y, () => X + Y),
        new("-x - y → -(x + y)", () => -X - Y, () => -(X + Y)),
        new("x * 1 → x", () => X * 1, () => X),
        new("x * -1 → -x", () => X * -1, () => -X),
        new("x * 0 → 0, integers", () => I * 0, () => Full(I, 0)),
        new("-x * -y → x * y", () => -X * -Y, () => X * Y),
        new("-x * c → x * (-c)", () => -X * 3, () => X * -Full(X, 3)),
        new("(x * c) * d → x * (c * d), integers", () => I * 2 * 3, () => I * (Full(I, 2) * 3)),
        new("x / 1 → x", () => X / 1, () => X),
        new("x / -1 → -x", () => I / -1, () => -I),
        new("--x → x", () => - -X, () => X),
        new("-(x - y) → y - x", () => -(X - Y), () => Y - X),
        new("-(x * c) → x * (-c)", () => -(X * 3), () => X * -Full(X, 3)),
        new("x - c → x + (-c)", () => X - 3, () => X + -Full(X, 3)),
        new("x / 2ᵏ → x * 2⁻ᵏ", () => X / 8, () => X * 0.125),
        new("stopGradient(x) → x", () => X.StopGradient(), () => X),
    ];

    private static RuleRow[] Functions =>
    [
        new("pow(x, 0) → 1", () => X.Power(0), () => Full(X, 1)),
        new("pow(x, 1) → x", () => X.Power(1), () => X),
        new("pow(x, 2) → x * x", () => X.Power(2), () => X * X, Exact: false),
        new("pow(x, 3) → x * x * x", () => X.Power(3), () => X * X * X, Exact: false),
        new("pow(x, -1) → 1 / x", () => X.Power(-1), () => 1 / X, Exact: false),
        new("pow(x, ½) → √x", () => X.Power(0.5), () => X.Sqrt(), Exact: false),
        new("pow(x, -½) → 1 / √x", () => X.Power(-0.5), () => 1 / X.Sqrt(), Exact: false),
        new("min(x, x) → x", () => X.Minimum(X), () => X),
        new("max(x, x) → x", () => X.Maximum(X), () => X),
        new("min(x, ∞) → x", () => X.Minimum(double.PositiveInfinity), () => X),
        new("max(x, -∞) → x", () => X.Maximum(double.NegativeInfinity), () => X),
        new("|x| → x where x is never negative", () => (X * X).Absolute(), () => X * X),
        new("|-x| → |x|", () => (-X).Absolute(), () => X.Absolute()),
        new("cos(-x) → cos(x)", () => (-X).Cos(), () => X.Cos()),
        new("sign(sign(x)) → sign(x)", () => X.Sign().Sign(), () => X.Sign()),
        new("rounding of a whole number → the number", () => X.Floor().Round(), () => X.Floor()),
        new("cast to its own type → x", () => Node.Of(new Cast(DType.Float32), X), () => X),
        new("cast of a lossless cast → one cast", () => I.Cast(DType.Int64).Cast(DType.Float32), () => I.Cast(DType.Float32)),
    ];

    private static RuleRow[] Logic =>
    [
        new("select(known, x, y) → x or y", () => Nodes.Select(Bool(X, false), X, Y), () => Y),
        new("select(c, x, x) → x", () => Nodes.Select(P, X, X), () => X),
        new("select(!c, x, y) → select(c, y, x)", () => Nodes.Select(!P, X, Y), () => Nodes.Select(P, Y, X)),
        new("select(c, select(c, x, _), y) → select(c, x, y)",
            () => Nodes.Select(P, Nodes.Select(P, X, X * 2), Y), () => Nodes.Select(P, X, Y)),
        new("select(c, x, select(c, _, y)) → select(c, x, y)",
            () => Nodes.Select(P, X, Nodes.Select(P, X * 2, Y)), () => Nodes.Select(P, X, Y)),
        new("select(c, true, false) → c", () => Nodes.Select(P, Bool(X, true), Bool(X, false)), () => P),
        new("select(c, false, true) → !c", () => Nodes.Select(P, Bool(X, false), Bool(X, true)), () => !P),
        new("x & x → x", () => P & P, () => P),
        new("x & true → x", () => P & Bool(X, true), () => P),
        new("x & false → false", () => P & Bool(X, false), () => Bool(X, false)),
        new("x | x → x", () => P | P, () => P),
        new("x | false → x", () => P | Bool(X, false), () => P),
        new("x | true → true", () => P | Bool(X, true), () => Bool(X, true)),
        new("x ^ x → false", () => P ^ P, () => Bool(X, false)),
        new("x ^ false → x", () => P ^ Bool(X, false), () => P),
        new("x ^ true → !x", () => P ^ Bool(X, true), () => !P),
        new("!!x → x", () => !!P, () => P),
        new("x & true → x", () => I & Full(I, -1), () => I),
        new("x & false → false", () => I & Full(I, 0), () => Full(I, 0)),
        new("x | true → true", () => I | Full(I, -1), () => Full(I, -1)),
        new("x ^ true → !x", () => I ^ Full(I, -1), () => ~I),
    ];

    private static RuleRow[] Comparisons =>
    [
        new("!(x == y) → x != y", () => !X.EqualTo(Y), () => X.NotEqualTo(Y)),
        new("!(x != y) → x == y", () => !X.NotEqualTo(Y), () => X.EqualTo(Y)),
        new("!(x < y) → y <= x, integers", () => !I.Less(J), () => J.LessOrEqual(I)),
        new("!(x <= y) → y < x, integers", () => !I.LessOrEqual(J), () => J.Less(I)),
        new("x == x → true, integers", () => I.EqualTo(I), () => Bool(I, true)),
        new("x != x → false, integers", () => I.NotEqualTo(I), () => Bool(I, false)),
        new("x < x → false", () => X.Less(X), () => Bool(X, false)),
        new("x <= x → true, integers", () => I.LessOrEqual(I), () => Bool(I, true)),
        new("x == true → x", () => P.EqualTo(Bool(X, true)), () => P),
        new("x == false → !x", () => P.EqualTo(Bool(X, false)), () => !P),
        new("x != false → x", () => P.NotEqualTo(Bool(X, false)), () => P),
        new("x != true → !x", () => P.NotEqualTo(Bool(X, true)), () => !P),
    ];

    private static RuleRow[] Constants =>
    [
        new("uniform constant → expanded scalar",
            () => Nodes.Constant(Literal.Of<float>([5, 5, 5, 5, 5, 5], 2, 3)),
            () => Nodes.Full(Shape.Of(2, 3), DType.Float32, 5)),
        new("bound extent → constant", () => Nodes.DimSize(7), () => Nodes.Scalar(7, DType.Int64)),
        new("elementwise of uniform values → uniform value", () => Full(X, 2) * Full(X, 3), () => Full(X, 6)),
        new("movement of a uniform value → uniform value",
            () => Node.Of(new Permute([1, 0]), Full(X, 2)), () => Nodes.Full(Shape.Of(4, 3), DType.Float32, 2)),
        new("pad of its fill value → uniform value",
            () => Full(X, 2).Pad(0, 1, 1, 2), () => Nodes.Full(Shape.Of(5, 4), DType.Float32, 2)),
        new("concat of one uniform value → uniform value",
            () => Nodes.Concat([Full(X, 2), Full(X, 2)], 0), () => Nodes.Full(Shape.Of(6, 4), DType.Float32, 2)),
        new("op of constants → constant",
            () => Nodes.Constant(Literal.Of<float>([1, 2, 3], 3)).Sum(0), () => Nodes.Scalar(6, DType.Float32)),
    ];
}
