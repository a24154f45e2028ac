using GraphForge.Runtime;

namespace GraphForge.Jit.Tests;

/// <summary>
/// Functions of devices: error bounds, special values, random numbers and conversions. A device may fuse a product with an addition,
/// which can only make errors smaller.
/// </summary>
public class DeviceMathTests
{
    [TestCase("Exp", -105, 90, 1.5)]
    [TestCase("Log", 0.4, 3, 2)]
    [TestCase("Sin", -1e5, 1e5, 2)]
    [TestCase("Cos", -1e5, 1e5, 2)]
    [TestCase("Tanh", -10, 10, 4)]
    [TestCase("Erf", -4.5, 4.5, 5)]
    [TestCase("Erfc", -4.5, 11, 6)]
    [TestCase("Expm1", -20, 90, 2)]
    [TestCase("Log1p", -1, 3, 3)]
    [TestCase("Log2", 0.4, 3, 2)]
    [TestCase("Sigmoid", -105, 20, 3)]
    [TestCase("Softplus", -105, 20, 4)]
    [TestCase("Tan", -1e5, 1e5, 1)]
    [TestCase("Asin", -1, 1, 1)]
    [TestCase("Acos", -1, 1, 1)]
    [TestCase("Atan", -10, 10, 1)]
    [TestCase("Sinh", -90, 90, 1)]
    [TestCase("Cosh", -90, 90, 1)]
    [TestCase("Asinh", -50, 50, 1)]
    [TestCase("Acosh", 1, 50, 1)]
    public void Float32ErrorStaysWithinItsBound(string name, double low, double high, double bound)
    {
        var function = DevicePrelude.Function<Func<float, float>>("DeviceMath", name);
        var (worst, error) = Worst(Points(low, high).Select(v => (double)(float)v), x => Reference.Ulps(function((float)x), Reference.Of(name, x)));
        Assert.That(error, Is.LessThanOrEqualTo(bound), $"at {(float)worst:R}");
    }

    [TestCase("Exp", -746, 711, 2)]
    [TestCase("Log", 0.4, 3, 2.5)]
    [TestCase("Sin", -1e6, 1e6, 2.5)]
    [TestCase("Cos", -1e6, 1e6, 2.5)]
    [TestCase("Tanh", -20, 20, 5)]
    [TestCase("Erf", -6.5, 6.5, 6)]
    [TestCase("Erfc", -6.5, 27, 9)]
    [TestCase("Expm1", -40, 710, 4)]
    [TestCase("Log1p", -1, 3, 4)]
    [TestCase("Log2", 0.4, 3, 3)]
    [TestCase("Sigmoid", -745, 40, 4)]
    [TestCase("Softplus", -745, 40, 5)]
    [TestCase("Tan", -1e6, 1e6, 5)]
    [TestCase("Asin", -1, 1, 4)]
    [TestCase("Acos", -1, 1, 4)]
    [TestCase("Atan", -10, 10, 2)]
    [TestCase("Sinh", -710, 710, 6)]
    [TestCase("Cosh", -710, 710, 6)]
    [TestCase("Asinh", -50, 50, 5)]
    [TestCase("Acosh", 1, 50, 5)]
    public void Float64ErrorStaysWithinItsBound(string name, double low, double high, double bound)
    {
        var function = DevicePrelude.Function<Func<double, double>>("DeviceMath", name);
        var (worst, error) = Worst(Points(low, high), x => Reference.Ulps(function(x), Reference.Of(name, x)));
        Assert.That(error, Is.LessThanOrEqualTo(bound), $"at {worst:R}");
    }

    [TestCase("Exp", float.NegativeInfinity, 0)]
    [TestCase("Exp", float.PositiveInfinity, float.PositiveInfinity)]
    [TestCase("Log", 0, float.NegativeInfinity)]
    [TestCase("Log", -1, float.NaN)]
    [TestCase("Log", float.PositiveInfinity, float.PositiveInfinity)]
    [TestCase("Log", 1e-40f, -92.1034f)]
    [TestCase("Log2", 8192, 13)]
    [TestCase("Log1p", -1, float.NegativeInfinity)]
    [TestCase("Tanh", float.PositiveInfinity, 1)]
    [TestCase("Tanh", -0f, -0f)]
    [TestCase("Erf", float.NegativeInfinity, -1)]
    [TestCase("Erf", -0f, -0f)]
    [TestCase("Erfc", float.PositiveInfinity, 0)]
    [TestCase("Sin", float.PositiveInfinity, float.NaN)]
    [TestCase("Asin", 1.5f, float.NaN)]
    [TestCase("Acos", -1, MathF.PI)]
    [TestCase("Atan", float.NegativeInfinity, -MathF.PI / 2)]
    [TestCase("Acosh", 0.5f, float.NaN)]
    [TestCase("Round", 2.5f, 2)]
    [TestCase("Round", -3.5f, -4)]
    [TestCase("Round", -0.25f, -0f)]
    [TestCase("Sign", -0f, -0f)]
    public void SpecialValues(string name, float x, float expected)
    {
        var actual = DevicePrelude.Function<Func<float, float>>("DeviceMath", name)(x);
        Assert.That(actual, Is.EqualTo(expected).Within(1).Ulps);
        if (expected == 0) Assert.That(float.IsNegative(actual), Is.EqualTo(float.IsNegative(expected)), "the sign of zero");
        Assert.That(DevicePrelude.Function<Func<float, float>>("DeviceMath", name)(float.NaN), Is.NaN);
    }

    [TestCase("Power", -2, 3, -8)]
    [TestCase("Power", -2, 0.5f, float.NaN)]
    [TestCase("Power", 0, -1, float.PositiveInfinity)]
    [TestCase("Power", float.NaN, 0, 1)]
    [TestCase("Power", -1, float.PositiveInfinity, 1)]
    [TestCase("Atan2", 0, -1, MathF.PI)]
    [TestCase("Atan2", -0f, -1, -MathF.PI)]
    [TestCase("Atan2", 1, 1, MathF.PI / 4)]
    [TestCase("Minimum", float.NaN, 1, float.NaN)]
    [TestCase("Maximum", 1, float.NaN, float.NaN)]
    [TestCase("Maximum", float.NegativeInfinity, -3, -3)]
    public void SpecialValuesOfTwo(string name, float a, float b, float expected) =>
        Assert.That(DevicePrelude.Function<Func<float, float, float>>("DeviceMath", name)(a, b), Is.EqualTo(expected).Within(1).Ulps);

    [TestCase(7.5f, 2, 1.5f)]
    [TestCase(-7.5f, 2, 0.5f)]
    [TestCase(7.5f, -2, -0.5f)]
    [TestCase(1e30f, 3, 2)]
    [TestCase(3, float.PositiveInfinity, 3)]
    [TestCase(3, 0, float.NaN)]
    public void RemaindersAreExact(float a, float b, float expected)
    {
        if (a == 1e30f) expected = a % b; // a float's remainder is exact in .NET too
        Assert.That(DevicePrelude.Function<Func<float, float, float>>("Floats", "Remainder")(a, b), Is.EqualTo(expected));
    }

    [Test]
    public void RandomNumbersAreTheSameBits()
    {
        var uniform = DevicePrelude.Function<Func<long, long, long, float>>("DeviceMath", "Uniform");
        foreach (var (seed, stream, index) in new[] { (0L, 0L, 0L), (1L << 40, 7L, 3L), (-5L, 1L << 33, (1L << 34) + 9), (123456789L, 42L, uint.MaxValue) })
            Assert.That(uniform(seed, stream, index), Is.EqualTo(Threefry.Uniform(seed, stream, index)));
    }

    [Test]
    public void HalvesAreReadAndRounded()
    {
        var (from16, to16) = (DevicePrelude.Function<Func<ushort, float>>("Halves", "FromFloat16"), DevicePrelude.Function<Func<float, ushort>>("Halves", "ToFloat16"));
        var (fromB, toB) = (DevicePrelude.Function<Func<ushort, float>>("Halves", "FromBFloat16"), DevicePrelude.Function<Func<float, ushort>>("Halves", "ToBFloat16"));
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var (half, brain) = ((float)BitConverter.UInt16BitsToHalf((ushort)bits), BitConverter.Int32BitsToSingle(bits << 16));
            Assert.That(from16((ushort)bits), Is.EqualTo(half));
            Assert.That(fromB((ushort)bits), Is.EqualTo(brain));
            foreach (var x in new[] { half, MathF.BitIncrement(half), half * 1.0004883f, brain, MathF.BitDecrement(brain) })
            {
                if (float.IsNaN(x)) continue;
                Assert.That(to16(x), Is.EqualTo(BitConverter.HalfToUInt16Bits((Half)x)), $"{x:R}");
                Assert.That(fromB(toB(x)), Is.EqualTo((float)(BFloat16)x), $"{x:R}");
            }
        }
    }

    private static IEnumerable<double> Points(double low, double high)
    {
        const int count = 1 << 16;
        return Enumerable.Range(0, count + 1).SelectMany(i => new[] { low + (high - low) * i / count, (low + (high - low) * i / count) / 1e3 })
            .Where(x => x >= low && x <= high);
    }

    private static (double At, double Error) Worst(IEnumerable<double> points, Func<double, double> error) =>
        points.Select(x => (At: x, Error: error(x))).MaxBy(p => p.Error);
}
