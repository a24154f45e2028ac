using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>Rows for NaN, infinities and zeros of both signs: each of them, and each pair where an op takes two.</summary>
internal static class SpecialValueSamples
{
    public static IEnumerable<OpSample> All => [.. Functions, .. Signs, .. Pairs, .. Chosen, .. Reduced];

    private static SampleOperand Row { get; } = new(null, 0, 0, SampleOperand.SpecialCount) { IsSpecial = true };

    private static SampleOperand Column { get; } = new(null, 0, 0, SampleOperand.SpecialCount, 1) { IsSpecial = true };

    private static IEnumerable<OpSample> Functions =>
    [
        Of("negate", x => -x), Of("absolute", x => x.Absolute()), Of("sign", x => x.Sign()), Of("exp", x => x.Exp()), Of("expm1", x => x.Expm1()),
        Of("log", x => x.Log()), Of("log1p", x => x.Log1p()), Of("log2", x => x.Log2()), Of("sqrt", x => x.Sqrt()), Of("sin", x => x.Sin()),
        Of("cos", x => x.Cos()), Of("tan", x => x.Tan()), Of("asin", x => x.Asin()), Of("acos", x => x.Acos()), Of("atan", x => x.Atan()),
        Of("sinh", x => x.Sinh()), Of("cosh", x => x.Cosh()), Of("tanh", x => x.Tanh()), Of("asinh", x => x.Asinh()), Of("acosh", x => x.Acosh()),
        Of("erf", x => x.Erf()), Of("erfc", x => x.Erfc()), Of("sigmoid", x => x.Sigmoid()), Of("softplus", x => x.Softplus()),
        Of("floor", x => x.Floor()), Of("ceiling", x => x.Ceiling()), Of("round", x => x.Round()), Of("relu", x => x.Maximum(0)),
        Of("clamp", x => x.Maximum(-0.75).Minimum(0.75)), Of("cast to bool", x => x.Cast(DType.Bool)),
    ];

    /// <summary>The sign of zero, which its reciprocal tells. Sine and <c>expm1</c> do not promise it.</summary>
    private static IEnumerable<OpSample> Signs =>
    [
        Of("sign of negated zero", x => 1 / -x), Of("sign of zero's absolute", x => 1 / x.Absolute()), Of("sign of zero's root", x => 1 / x.Sqrt()),
        Of("sign of zero, floor", x => 1 / x.Floor()), Of("sign of zero, ceiling", x => 1 / x.Ceiling()), Of("sign of zero, round", x => 1 / x.Round()),
        Of("sign of zero, tanh", x => 1 / x.Tanh()), Of("sign of zero, asinh", x => 1 / x.Asinh()), Of("sign of zero, atan", x => 1 / x.Atan()), Of("sign of zero, erf", x => 1 / x.Erf()),
    ];

    private static IEnumerable<OpSample> Pairs =>
    [
        Of("add", (x, y) => x + y), Of("multiply", (x, y) => x * y), Of("divide", (x, y) => x / y), Of("remainder", (x, y) => x % y),
        Of("power", (x, y) => x.Power(y)), Of("atan2", (x, y) => x.Atan2(y)), Of("minimum", (x, y) => x.Minimum(y)), Of("maximum", (x, y) => x.Maximum(y)),
        Of("less", (x, y) => x.Less(y)), Of("less or equal", (x, y) => x.LessOrEqual(y)), Of("greater", (x, y) => x.Greater(y)),
        Of("greater or equal", (x, y) => x.GreaterOrEqual(y)), Of("equal", (x, y) => x.EqualTo(y)), Of("not equal", (x, y) => x.NotEqualTo(y)),
        Of("not less", (x, y) => !x.Less(y)), Of("not greater or equal", (x, y) => !x.GreaterOrEqual(y)), Of("not equal, twice", (x, y) => !x.EqualTo(y)),
    ];

    /// <summary>A comparison that decides may be written turned around, and must be true and false for the same numbers.</summary>
    private static IEnumerable<OpSample> Chosen =>
    [
        Of("chosen by less", (x, y) => Nodes.Select(x.Less(y), x, y + 2)),
        Of("chosen by less or equal", (x, y) => Nodes.Select(x.LessOrEqual(y), x, y + 2)),
        Of("chosen by not greater", (x, y) => Nodes.Select(!x.Greater(y), x, y + 2)),
        Of("chosen by not equal", (x, y) => Nodes.Select(x.NotEqualTo(y), x, y + 2)),
        Of("chosen by both", (x, y) => Nodes.Select(x.Less(y) & !y.Less(0.75), x, y + 2)),
        Of("chosen by less than a number", x => Nodes.Select(x.Less(0.75), x, x * 2 + 5)),
        Of("chosen by greater than a number", x => Nodes.Select(x.Greater(0.75), x, x * 2 + 5)),
        Of("chosen by not greater than a number", x => Nodes.Select(!x.Greater(0.75), x, x * 2 + 5)),
    ];

    private static IEnumerable<OpSample> Reduced =>
    [
        Of("maximum of all", x => x.Max()), Of("minimum of all", x => x.Min()), Of("argmaximum", x => x.ArgMax(0)), Of("argminimum", x => x.ArgMin(0)),
        Of("maximum of rows", (x, y) => (x + y).Max(1)), Of("argminimum of rows", (x, y) => (x * y).ArgMin(1)),
        Of("argsort", x => x.ArgSort(0)), Of("argsort descending", x => x.ArgSort(0, descending: true)),
        Of("argsort of rows", (x, y) => (x + y).ArgSort(1)), Of("sum", x => x.Sum()), Of("softmax of rows", (x, y) => (x + y).Softmax(1)),
    ];

    private static OpSample Of(string name, Func<Node, Node> build) => new($"{name}, special values", n => build(n[0]), Row) { HasGradient = false };

    private static OpSample Of(string name, Func<Node, Node, Node> build) =>
        new($"{name}, special values", n => build(n[0], n[1]), Column, Row) { HasGradient = false };
}
