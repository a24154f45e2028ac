namespace GraphForge.Runtime.Tests;

/// <summary>Every value of 16 bits, both ways, against the definition in exact arithmetic.</summary>
public class BFloat16Tests
{
    private static IEnumerable<ushort> AllBits => Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits);

    [Test]
    public void EveryValueIsTheUpperHalfOfAFloat32()
    {
        foreach (var bits in AllBits)
        {
            var sign = bits >> 15 == 0 ? 1.0 : -1.0;
            var (exponent, fraction) = (bits >> 7 & 0xFF, bits & 0x7F);
            var expected = exponent switch
            {
                0xFF => fraction == 0 ? sign * double.PositiveInfinity : double.NaN,
                0 => sign * Math.ScaleB(fraction, -133),
                _ => sign * Math.ScaleB(128 + fraction, exponent - 134),
            };
            Assert.That((double)(float)BFloat16.FromBits(bits), Is.EqualTo(expected));
        }
    }

    [Test]
    public void EveryValueComesBack()
    {
        foreach (var value in AllBits.Select(BFloat16.FromBits))
            if (float.IsNaN(value)) Assert.That((float)(BFloat16)(float)value, Is.NaN);
            else Assert.That(((BFloat16)(float)value).Bits, Is.EqualTo(value.Bits));
    }

    [Test]
    public void FloatsRoundToTheNearestAndTiesToEven()
    {
        foreach (var bits in AllBits.Where(b => (b & 0x7FFF) < 0x7F80))
        {
            var (low, high) = (BFloat16.FromBits(bits), BFloat16.FromBits((ushort)(bits + 1)));
            var middle = BitConverter.UInt32BitsToSingle((uint)bits << 16 | 0x8000);
            Assert.That(((BFloat16)middle).Bits, Is.EqualTo((bits & 1) == 0 ? bits : high.Bits));
            Assert.That(((BFloat16)Towards(middle, low)).Bits, Is.EqualTo(bits));
            Assert.That(((BFloat16)Towards(middle, high)).Bits, Is.EqualTo(high.Bits));
        }

        static float Towards(float from, float to) => to < from ? MathF.BitDecrement(from) : MathF.BitIncrement(from);
    }

    [Test]
    public void NumbersCompareAsNumbers()
    {
        Assert.That(BFloat16.FromBits(0x8000) == BFloat16.FromBits(0), Is.True);
        Assert.That(BFloat16.FromBits(0x7FC0) == BFloat16.FromBits(0x7FC0), Is.False);
        Assert.That(BFloat16.FromBits(0x7FC0).Equals(BFloat16.FromBits(0x7FC1)), Is.True);
        Assert.That(((BFloat16)1.5f).ToString(), Is.EqualTo("1.5"));
    }
}
