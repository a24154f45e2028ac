using System.Numerics;

namespace GraphForge.Jit.Tests;

/// <summary>Elementwise functions: error bounds, special values, and the same bits for every width and for scalars.</summary>
public class VectorMathTests
{
    private static readonly int[] NarrowWidths = [128, 256];

    [TestCase("Exp", -105, 90, 1)]
    [TestCase("Log", 0.4, 3, 0.9)]
    [TestCase("Sin", -1e5, 1e5, 2)]
    [TestCase("Cos", -1e5, 1e5, 2)]
    [TestCase("Tanh", -10, 10, 2.5)]
    [TestCase("Erf", -4.5, 4.5, 2.2)]
    [TestCase("Erfc", -4.5, 11, 4.2)]
    [TestCase("Expm1", -20, 90, 1.6)]
    [TestCase("Log1p", -1, 3, 2.5)]
    [TestCase("Log2", 0.4, 3, 1.6)]
    [TestCase("Sigmoid", -105, 20, 2.5)]
    [TestCase("Softplus", -105, 20, 3.5)]
    [TestCase("Tan", -1e5, 1e5, 3.5)]
    [TestCase("Asin", -1, 1, 2.5)]
    [TestCase("Acos", -1, 1, 2.5)]
    [TestCase("Atan", -10, 10, 2)]
    [TestCase("Sinh", -90, 90, 2.5)]
    [TestCase("Cosh", -90, 90, 2.5)]
    [TestCase("Asinh", -50, 50, 4)]
    [TestCase("Acosh", 1, 50, 4)]
    public void Float32ErrorStaysWithinItsBound(string function, double low, double high, double bound)
    {
        float[] x = [.. EveryNthPattern(), .. Grid(low, high, 1 << 18).Select(v => (float)v)];

        var y = VectorMathProgram.OfWidth(512).Map(function + "F32", x);

        var (worst, error) = Worst(x.Length, i => Reference.Ulps(y[i], Reference.Of(function, x[i])));
        TestContext.Out.WriteLine($"{error:F3} ulp at {x[worst]:R}: {y[worst]:R}");
        Assert.That(error, Is.LessThanOrEqualTo(bound), $"at {x[worst]:R}");
        AssertSameBits(function + "F32", x, y);
    }

    [TestCase("Exp", -746, 711, 2)]
    [TestCase("Log", 0.4, 3, 2)]
    [TestCase("Sin", -1e6, 1e6, 2.5)]
    [TestCase("Cos", -1e6, 1e6, 2.5)]
    [TestCase("Tanh", -20, 20, 3.5)]
    [TestCase("Erf", -6.5, 6.5, 3)]
    [TestCase("Erfc", -6.5, 27, 7)]
    [TestCase("Expm1", -40, 710, 4)]
    [TestCase("Log1p", -1, 3, 4)]
    [TestCase("Log2", 0.4, 3, 3)]
    [TestCase("Sigmoid", -745, 40, 4)]
    [TestCase("Softplus", -745, 40, 4)]
    [TestCase("Tan", -1e6, 1e6, 0)]
    [TestCase("Asin", -1, 1, 0)]
    [TestCase("Acos", -1, 1, 0)]
    [TestCase("Atan", -10, 10, 0)]
    [TestCase("Sinh", -710, 710, 0)]
    [TestCase("Cosh", -710, 710, 0)]
    [TestCase("Asinh", -50, 50, 0)]
    [TestCase("Acosh", 1, 50, 0)]
    public void Float64ErrorStaysWithinItsBound(string function, double low, double high, double bound)
    {
        double[] x = [.. RandomPatterns(1 << 16), .. Grid(low, high, 1 << 17), .. Grid(low / 1e3, high / 1e3, 1 << 16)];

        var y = VectorMathProgram.OfWidth(512).Map(function + "F64", x);

        var (worst, error) = Worst(x.Length, i => Reference.Ulps(y[i], Reference.Of(function, x[i])));
        TestContext.Out.WriteLine($"{error:F3} ulp at {x[worst]:R}: {y[worst]:R}");
        Assert.That(error, Is.LessThanOrEqualTo(bound), $"at {x[worst]:R}");
        AssertSameBits(function + "F64", x, y);
    }

    [Test]
    public void Float32PowerIsWithinItsBound()
    {
        var random = new Random(1);
        float[] x = [.. Enumerable.Range(0, 1 << 17).Select(_ => (float)Math.Exp(40 * random.NextDouble() - 20) * (random.Next(4) - 1))];
        float[] y = [.. x.Select((_, i) => i % 3 == 0 ? random.Next(-9, 10) : 12 * random.NextSingle() - 6)];

        var z = VectorMathProgram.OfWidth(512).Map("PowerF32", x, y);

        var (worst, error) = Worst(x.Length, i => Reference.Ulps(z[i], Math.Pow(x[i], y[i])));
        Assert.That(error, Is.LessThanOrEqualTo(0.6), $"at {x[worst]:R} ^ {y[worst]:R}");
        AssertSameBits("PowerF32", z, (program, kernel) => program.Map(kernel, x, y));
    }

    [Test]
    public void Float32Atan2IsWithinItsBound()
    {
        var random = new Random(3);
        float[] y = [.. Enumerable.Range(0, 1 << 17).Select(_ => (float)(Math.Exp(60 * random.NextDouble() - 30) * (random.Next(2) * 2 - 1)))];
        float[] x = [.. y.Select(v => (float)(v * Math.Exp(30 * random.NextDouble() - 15) * (random.Next(2) * 2 - 1)))];

        var z = VectorMathProgram.OfWidth(512).Map("Atan2F32", y, x);

        var (worst, error) = Worst(x.Length, i => Reference.Ulps(z[i], Math.Atan2(y[i], x[i])));
        TestContext.Out.WriteLine($"{error:F3} ulp at ({x[worst]:R}, {y[worst]:R}): {z[worst]:R}");
        Assert.That(error, Is.LessThanOrEqualTo(3), $"at ({x[worst]:R}, {y[worst]:R})");
        AssertSameBits("Atan2F32", z, (program, kernel) => program.Map(kernel, y, x));
    }

    [Test]
    public void Atan2TakesEverySpecialCaseAsIeeeAtan2Does()
    {
        float[] values = [0, -0f, 1, -1, 1e38f, -1e38f, float.Epsilon, -float.Epsilon, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 3, -3, 0.5f, -0.5f, 2];
        var y = values.SelectMany(_ => values).ToArray();
        var x = values.SelectMany(value => Enumerable.Repeat(value, values.Length)).ToArray();

        foreach (var width in VectorMathProgram.Widths)
        {
            var z = VectorMathProgram.OfWidth(width).Map("Atan2F32", y, x);
            for (var i = 0; i < z.Length; i++)
            {
                var exact = Math.Atan2(y[i], x[i]);
                Assert.That(Reference.Ulps(z[i], exact), Is.LessThanOrEqualTo(3), $"({x[i]}, {y[i]}): {z[i]}, width {width}");
                if (!double.IsNaN(exact)) Assert.That(float.IsNegative(z[i]), Is.EqualTo(double.IsNegative(exact)), $"({x[i]}, {y[i]})");
            }
        }
    }

    [Test]
    public void PowerTakesEverySpecialCaseAsIeeePowDoes()
    {
        float[] values = [0, -0f, 1, -1, 0.5f, -0.5f, 2, -2, 3, -3, 1e38f, -1e38f, float.Epsilon, float.PositiveInfinity, float.NegativeInfinity, float.NaN];
        var x = values.SelectMany(_ => values).ToArray();
        var y = values.SelectMany(value => Enumerable.Repeat(value, values.Length)).ToArray();

        foreach (var width in VectorMathProgram.Widths)
        {
            var program = VectorMathProgram.OfWidth(width);
            Assert.That(program.Map("PowerF32", x, y), Is.EqualTo(x.Zip(y, MathF.Pow)), $"width {width}");
            Assert.That(
                program.Map("PowerF64", [.. x.Select(v => (double)v)], [.. y.Select(v => (double)v)]),
                Is.EqualTo(x.Zip(y, (a, b) => Math.Pow(a, b))),
                $"width {width}");
        }
    }

    [TestCase("Exp", float.NegativeInfinity, 0)]
    [TestCase("Exp", float.PositiveInfinity, float.PositiveInfinity)]
    [TestCase("Exp", 0, 1)]
    [TestCase("Log", 0, float.NegativeInfinity)]
    [TestCase("Log", -0f, float.NegativeInfinity)]
    [TestCase("Log", 1, 0)]
    [TestCase("Log", float.PositiveInfinity, float.PositiveInfinity)]
    [TestCase("Log", -1, float.NaN)]
    [TestCase("Log", float.NegativeInfinity, float.NaN)]
    [TestCase("Sin", float.PositiveInfinity, float.NaN)]
    [TestCase("Cos", float.NegativeInfinity, float.NaN)]
    [TestCase("Cos", 0, 1)]
    [TestCase("Tanh", float.NegativeInfinity, -1)]
    [TestCase("Tanh", float.PositiveInfinity, 1)]
    [TestCase("Tanh", -0f, -0f)]
    [TestCase("Erf", float.NegativeInfinity, -1)]
    [TestCase("Erf", float.PositiveInfinity, 1)]
    [TestCase("Erf", -0f, -0f)]
    [TestCase("Erfc", float.NegativeInfinity, 2)]
    [TestCase("Erfc", float.PositiveInfinity, 0)]
    [TestCase("Expm1", float.NegativeInfinity, -1)]
    [TestCase("Expm1", float.PositiveInfinity, float.PositiveInfinity)]
    [TestCase("Expm1", -0f, -0f)]
    [TestCase("Log1p", -1, float.NegativeInfinity)]
    [TestCase("Log1p", float.PositiveInfinity, float.PositiveInfinity)]
    [TestCase("Log1p", -2, float.NaN)]
    [TestCase("Log1p", -0f, -0f)]
    [TestCase("Log2", 8192, 13)]
    [TestCase("Log2", 0.0625f, -4)]
    [TestCase("Log2", 0, float.NegativeInfinity)]
    [TestCase("Log2", -1, float.NaN)]
    [TestCase("Sigmoid", float.NegativeInfinity, 0)]
    [TestCase("Sigmoid", float.PositiveInfinity, 1)]
    [TestCase("Sigmoid", 0, 0.5f)]
    [TestCase("Softplus", float.NegativeInfinity, 0)]
    [TestCase("Softplus", float.PositiveInfinity, float.PositiveInfinity)]
    [TestCase("Tan", float.PositiveInfinity, float.NaN)]
    [TestCase("Asin", -0f, -0f)]
    [TestCase("Asin", 1.5f, float.NaN)]
    [TestCase("Acos", 1, 0)]
    [TestCase("Acos", -1.5f, float.NaN)]
    [TestCase("Atan", -0f, -0f)]
    [TestCase("Sinh", -0f, -0f)]
    [TestCase("Sinh", float.NegativeInfinity, float.NegativeInfinity)]
    [TestCase("Cosh", 0, 1)]
    [TestCase("Cosh", float.NegativeInfinity, float.PositiveInfinity)]
    [TestCase("Asinh", -0f, -0f)]
    [TestCase("Asinh", float.NegativeInfinity, float.NegativeInfinity)]
    [TestCase("Acosh", 1, 0)]
    [TestCase("Acosh", 0.5f, float.NaN)]
    [TestCase("Acosh", float.PositiveInfinity, float.PositiveInfinity)]
    [TestCase("Sign", -0f, -0f)]
    [TestCase("Sign", -3, -1)]
    [TestCase("Sign", float.Epsilon, 1)]
    [TestCase("Sign", float.NegativeInfinity, -1)]
    public void SpecialValuesAreExact(string function, float x, float expected)
    {
        foreach (var width in VectorMathProgram.Widths)
        {
            var program = VectorMathProgram.OfWidth(width);
            var single = program.Map(function + "F32", Enumerable.Repeat(x, 16).ToArray());
            var twice = program.Map(function + "F64", Enumerable.Repeat((double)x, 16).ToArray());
            Assert.That(single.Select(BitConverter.SingleToInt32Bits).Distinct(), Has.Exactly(1).Items);
            Assert.That(single[0], Is.EqualTo(expected), $"width {width}");
            Assert.That(float.IsNegative(single[0]), float.IsNaN(expected) ? Is.AnyOf(true, false) : Is.EqualTo(float.IsNegative(expected)));
            Assert.That(twice, Is.All.EqualTo((double)expected), $"width {width}");
        }
    }

    [Test]
    public void NaNStaysNaN([ValueSource(typeof(VectorMathProgram), nameof(VectorMathProgram.Unary))] string function)
    {
        foreach (var width in VectorMathProgram.Widths)
        {
            var program = VectorMathProgram.OfWidth(width);
            Assert.That(program.Map(function + "F32", Enumerable.Repeat(float.NaN, 16).ToArray()), Is.All.NaN);
            Assert.That(program.Map(function + "F64", Enumerable.Repeat(double.NaN, 16).ToArray()), Is.All.NaN);
        }
    }

    private static void AssertSameBits<T>(string kernel, T[] x, T[] expected) where T : unmanaged, INumberBase<T> =>
        AssertSameBits(kernel, expected, (program, name) => program.Map(name, x));

    private static void AssertSameBits<T>(string kernel, T[] expected, Func<VectorMathProgram, string, T[]> run) where T : INumberBase<T>
    {
        foreach (var width in NarrowWidths)
            AssertEqualBits(run(VectorMathProgram.OfWidth(width), kernel), expected, $"{kernel}, {width} bits");
        AssertEqualBits(run(VectorMathProgram.OfWidth(512), kernel + "Scalar"), expected, $"{kernel}, scalar");
    }

    private static void AssertEqualBits<T>(T[] actual, T[] expected, string what) where T : INumberBase<T>
    {
        var other = actual.Zip(expected).Index().Where(p => !IsSame(p.Item.First, p.Item.Second)).Select(p => $"{p.Index}: {p.Item}");
        Assert.That(other, Is.Empty, what);
    }

    /// <summary>The same bits; which NaN it is depends on the order in which .NET puts the factors of a product.</summary>
    private static bool IsSame<T>(T a, T b) where T : INumberBase<T> =>
        T.IsNaN(a) ? T.IsNaN(b) : a == b && T.IsNegative(a) == T.IsNegative(b);

    private static (int Index, double Error) Worst(int count, Func<int, double> error) =>
        Enumerable.Range(0, count).Select(i => (Index: i, Error: error(i))).MaxBy(item => item.Error);

    /// <summary>Every 4093rd float32 there is, NaNs and infinities among them; the count is made a multiple of 16.</summary>
    private static IEnumerable<float> EveryNthPattern() =>
        Enumerable.Range(0, (int)(uint.MaxValue / 4093u) & ~15).Select(i => BitConverter.UInt32BitsToSingle((uint)i * 4093u));

    private static IEnumerable<double> RandomPatterns(int count)
    {
        var random = new Random(2);
        return Enumerable.Range(0, count).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)));
    }

    private static IEnumerable<double> Grid(double low, double high, int count) =>
        Enumerable.Range(0, count).Select(i => low + (high - low) * i / (count - 1));
}
