using GraphForge.Runtime;

namespace GraphForge.Jit.Tests;

/// <summary>
/// Conversions between float32 and floats of 16 bits: every value of 16 bits, and the floats at and around every place where
/// rounding changes, against <see cref="Half"/> and <see cref="BFloat16"/>.
/// </summary>
[TestFixtureSource(typeof(VectorMathProgram), nameof(VectorMathProgram.Widths))]
public unsafe class HalfConversionTests(int width)
{
    private static readonly ushort[] AllBits = [.. Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits)];

    private readonly VectorMathProgram _program = VectorMathProgram.OfWidth(width);

    [Test]
    public void EveryValueIsRead([Values("Float16", "BFloat16")] string type, [Values("", "Scalar")] string form)
    {
        var actual = _program.Map<ushort, float>($"Load{type}{form}", AllBits);
        foreach (var bits in AllBits) AssertSame(actual[bits], Read(type, bits), $"{bits:x4}");
    }

    [Test]
    public void EveryFloatIsRoundedToTheNearest([Values("Float16", "BFloat16")] string type, [Values("", "Scalar")] string form)
    {
        var floats = Around(type);
        var stored = _program.Map<float, ushort>($"Store{type}{form}", floats);
        var rounded = _program.Map<float, float>($"Round{type}{form}", floats);
        for (var i = 0; i < floats.Length; i++)
        {
            var expected = Write(type, floats[i]);
            Assert.That(stored[i], Is.EqualTo(expected), $"{floats[i]:R}");
            AssertSame(rounded[i], Read(type, expected), $"{floats[i]:R}");
        }
    }

    [Test]
    public void PartialMovesTouchTheirLanesOnly([Values("Float16", "BFloat16")] string type)
    {
        for (var count = 0; count <= width / 32; count++)
        {
            var source = Enumerable.Range(0, 16).Select(i => Write(type, i + 1)).ToArray();
            var (loaded, stored) = (new float[16], Enumerable.Repeat((ushort)0xEEEE, 16).ToArray());
            fixed (ushort* from = source, to = stored)
            fixed (float* register = loaded)
                _program.Run("Partial" + type, 0, count, (nint)from, (nint)register, (nint)to);
            Assert.That(loaded.Take(width / 32), Is.EqualTo(Enumerable.Range(0, width / 32).Select(i => i < count ? i + 1f : 0f)));
            Assert.That(stored, Is.EqualTo(source.Select((s, i) => i < count ? s : (ushort)0xEEEE)));
        }
    }

    /// <summary>Every value of the type, what lies between it and the next, and the neighbours of both; then floats far outside.</summary>
    private static float[] Around(string type)
    {
        var values = AllBits.Select(bits => Read(type, bits)).ToArray();
        var middles = AllBits.Select(bits => (float)((values[bits] + (double)values[(ushort)(bits + 1)]) / 2));
        return [.. values.Concat(middles).SelectMany(v => new[] { v, MathF.BitIncrement(v), MathF.BitDecrement(v), v / 3 }),
            .. new[] { 65519.996f, 65520f, 65536f, 1e30f, float.MaxValue, float.Epsilon, 1e-40f, float.NaN }.SelectMany(v => new[] { v, -v })];
    }

    private static float Read(string type, ushort bits) =>
        type == "Float16" ? (float)BitConverter.UInt16BitsToHalf(bits) : BFloat16.FromBits(bits);

    private static ushort Write(string type, float value) =>
        type == "Float16" ? BitConverter.HalfToUInt16Bits((Half)value) : ((BFloat16)value).Bits;

    private static void AssertSame(float actual, float expected, string what)
    {
        if (float.IsNaN(expected)) Assert.That(actual, Is.NaN, what);
        else Assert.That(BitConverter.SingleToUInt32Bits(actual), Is.EqualTo(BitConverter.SingleToUInt32Bits(expected)), what);
    }
}
