using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using static GraphForge.Compiler.Tests.Rewrite.RuleRow;

namespace GraphForge.Compiler.Tests.Rewrite;

internal static class RowFactorRows
{
    private static Node S => Float("s", 3, 1);

    private static Node T => Float("t", 3, 1);

    private static Node Repeated(Node node) => node.ExpandTo([3, 4]);

    private static Node Positive => (S * S + 0.5).Sqrt();

    private static Node Wide => Float("wide", 3, 16);

    private static Node Exponentials => (Wide - Wide.Max(1, keepDims: true)).Exp();

    public static RuleRow[] All =>
    [
        new("x / repeated y → x * repeated (1 / y), y not near 0",
            () => Wide / Positive.ExpandTo([3, 16]), () => Wide * (1 / Positive).ExpandTo([3, 16]), Exact: false),
        new("x / repeated y → x * repeated (1 / y), y not near 0",
            () => Wide / Exponentials.Sum(1, keepDims: true).ExpandTo([3, 16]),
            () => Wide * (1 / Exponentials.Sum(1, keepDims: true)).ExpandTo([3, 16]), Exact: false),
        new("sum(x * repeated y) → sum(x) * y", () => (X * Repeated(S)).Sum(1), () => X.Sum(1) * S.Reshape([3]), Exact: false),
        new("sum(x * repeated y) → sum(x) * y",
            () => (X * Repeated(S) * (Y * Repeated(T))).Sum(1),
            () => (X * Y).Sum(1) * (S.Reshape([3]) * T.Reshape([3])), Exact: false),
        new("sum(x * repeated y + z) → sum(x * repeated y) + sum(z)",
            () => (X * Repeated(S) + Y).Sum(1), () => (X * Repeated(S)).Sum(1) + Y.Sum(1), Exact: false),
        new("x * repeated y + repeated (y * z) → (x + repeated z) * repeated y",
            () => X * Repeated(S) + Repeated(S * T), () => (X + Repeated(T)) * Repeated(S), Exact: false),
        new("x * repeated y - repeated (y * z) → (x - repeated z) * repeated y",
            () => X * Repeated(S) - Repeated(S * T), () => (X - Repeated(T)) * Repeated(S), Exact: false),
        new("exp(x) * (y * repeated z) → (exp(x) * repeated z) * y",
            () => X.Exp() * (Y * Repeated(S)), () => X.Exp() * Repeated(S) * Y, Exact: false),
    ];
}
