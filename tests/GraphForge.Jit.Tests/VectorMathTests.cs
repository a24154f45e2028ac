namespace GraphForge.Jit.Tests;

/// <summary>Elementwise functions: error bounds, special values, and the same bits for every width and for scalars.</summary>
public class VectorMathTests
{
    private static readonly int[] NarrowWidths = [128, 256];

    [TestCase("Exp", -105, 90, 1.1)]
    [TestCase("Log", 0.4, 3, 0.9)]
    [TestCase("Sin", -1e5, 1e5, 2)]
    [TestCase("Cos", -1e5, 1e5, 2)]
    [TestCase("Tanh", -10, 10, 2.5)]
    [TestCase("Erf", -4.5, 4.5, 2)]
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
    public void NaNStaysNaN([Values("Exp", "Log", "Sin", "Cos", "Tanh", "Erf", "Sign")] string function)
    {
        foreach (var width in VectorMathProgram.Widths)
        {
            var program = VectorMathProgram.OfWidth(width);
            Assert.That(program.Map(function + "F32", Enumerable.Repeat(float.NaN, 16).ToArray()), Is.All.NaN);
            Assert.That(program.Map(function + "F64", Enumerable.Repeat(double.NaN, 16).ToArray()), Is.All.NaN);
        }
    }

    private static void AssertSameBits<T>(string kernel, T[] x, T[] expected) where T : unmanaged =>
        AssertSameBits(kernel, expected, (program, name) => program.Map(name, x));

    private static void AssertSameBits<T>(string kernel, T[] expected, Func<VectorMathProgram, string, T[]> run) where T : unmanaged
    {
        foreach (var width in NarrowWidths)
            AssertEqualBits(run(VectorMathProgram.OfWidth(width), kernel), expected, $"{kernel}, {width} bits");
        AssertEqualBits(run(VectorMathProgram.OfWidth(512), kernel + "Scalar"), expected, $"{kernel}, scalar");
    }

    private static void AssertEqualBits<T>(T[] actual, T[] expected, string what) where T : unmanaged => Assert.That(
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(actual.AsSpan())
            .SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(expected.AsSpan())),
        Is.True,
        what);

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
