using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>Rows for the exponential, trigonometric and hyperbolic families.</summary>
internal static class ElementwiseSamples
{
    public static IEnumerable<OpSample> All =>
    [
        new("erfc", n => n[0].Erfc(), Between(-4, 4, 3, 7)),
        new("expm1", n => n[0].Expm1(), Between(-4, 3, 3, 4)),
        new("log1p", n => n[0].Log1p(), Between(-0.9, 5, 3, 4)),
        new("log2", n => n[0].Log2(), Between(0.3, 9, 3, 7)),
        new("sigmoid of wide range", n => n[0].Sigmoid(), Between(-30, 30, 3, 7)),
        new("softplus", n => n[0].Softplus(), Between(-8, 8, 3, 7)),
        new("softplus at 0", n => n[0].Softplus(), Between(0, 0, 2)),
        new("softplus of empty", n => n[0].Softplus(), Between(-1, 1, 0, 3)),
        new("tan", n => n[0].Tan(), Between(-1.2, 1.2, 3, 4)),
        new("asin", n => n[0].Asin(), Between(-0.95, 0.95, 3, 7)),
        new("acos", n => n[0].Acos(), Between(-0.95, 0.95, 3, 7)),
        new("atan", n => n[0].Atan(), Between(-8, 8, 3, 7)),
        new("atan2", n => n[0].Atan2(n[1]), Between(-3, 3, 3, 7), Between(-3, 3, 7)),
        new("sinh", n => n[0].Sinh(), Between(-3, 3, 3, 4)),
        new("cosh", n => n[0].Cosh(), Between(-3, 3, 3, 4)),
        new("asinh", n => n[0].Asinh(), Between(-8, 8, 3, 7)),
        new("acosh", n => n[0].Acosh(), Between(1.2, 8, 3, 7)),
    ];

    private static SampleOperand Between(double low, double high, params long[] dims) => new(null, low, high, dims);
}
