using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Tests.Reference;

internal static class ElementwiseOperations
{
    public static IEnumerable<CaseOperation> All => [.. Unary, .. Binary, .. Logic];

    private static IEnumerable<CaseOperation> Unary =>
    [
        new("negate", x => -x),
        new("absolute", x => x.Absolute()),
        new("sign", x => x.Sign()),
        new("exp", x => x.Exp()),
        new("log", x => x.Log()),
        new("sqrt", x => x.Sqrt()),
        new("sin", x => x.Sin()),
        new("cos", x => x.Cos()),
        new("tanh", x => x.Tanh()),
        new("erf", x => x.Erf()),
        new("erfc", x => x.Erfc()),
        new("expm1", x => x.Expm1()),
        new("log1p", x => x.Log1p()),
        new("log2", x => x.Log2()),
        new("softplus", x => x.Softplus()),
        new("tan", x => x.Tan()),
        new("asin", x => x.Asin()),
        new("acos", x => x.Acos()),
        new("atan", x => x.Atan()),
        new("sinh", x => x.Sinh()),
        new("cosh", x => x.Cosh()),
        new("asinh", x => x.Asinh()),
        new("acosh", x => x.Acosh()),
        new("floor", x => x.Floor()),
        new("ceiling", x => x.Ceiling()),
        new("round", x => x.Round()),
        new("reciprocal", x => x.Reciprocal()),
        new("rsqrt", x => x.Rsqrt()),
        new("square", x => x.Square()),
        new("relu", x => x.Relu()),
        new("sigmoid", x => x.Sigmoid()),
        new("gelu", x => x.Gelu()),
        new("cast", (x, a) => x[0].Cast(a.Type)),
        new("triple as", (x, a) => (x[0].Cast(a.Type) * 3).Cast(x[0].Type.DType)),
        new("stop gradient", x => x * x.StopGradient()),
        new("iota", x => x * Nodes.Iota(x.Shape[^1], x.Type.DType)),
    ];

    private static IEnumerable<CaseOperation> Binary =>
    [
        new("add", (a, b) => a + b),
        new("subtract", (a, b) => a - b),
        new("multiply", (a, b) => a * b),
        new("divide", (a, b) => a / b),
        new("remainder", (a, b) => a % b),
        new("power", (a, b) => a.Power(b)),
        new("atan2", (a, b) => a.Atan2(b)),
        new("minimum", (a, b) => a.Minimum(b)),
        new("maximum", (a, b) => a.Maximum(b)),
        new("add number", (x, a) => x[0] + a.Number("number")),
        new("multiply number", (x, a) => x[0] * a.Number("number")),
        new("divide number", (x, a) => a.Number("number") / x[0]),
        new("power number", (x, a) => x[0].Power(a.Number("number"))),
    ];

    private static IEnumerable<CaseOperation> Logic =>
    [
        new("not", x => !x),
        new("and", (a, b) => a & b),
        new("or", (a, b) => a | b),
        new("xor", (a, b) => a ^ b),
        new("less", (a, b) => a.Less(b)),
        new("less or equal", (a, b) => a.LessOrEqual(b)),
        new("greater", (a, b) => a.Greater(b)),
        new("greater or equal", (a, b) => a.GreaterOrEqual(b)),
        new("equal", (a, b) => a.EqualTo(b)),
        new("not equal", (a, b) => a.NotEqualTo(b)),
        new("select", (condition, a, b) => Nodes.Select(condition, a, b)),
    ];
}
