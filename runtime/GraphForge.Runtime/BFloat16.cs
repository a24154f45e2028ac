using System.Globalization;

namespace GraphForge.Runtime;

/// <summary>
/// An element of type <see cref="DType.BFloat16"/>: the upper 16 bits of a float32, so its range with 8 significant bits.
/// For storage; convert to <see cref="float"/> to compute.
/// </summary>
public readonly struct BFloat16 : IEquatable<BFloat16>
{
    private readonly ushort _bits;

    private BFloat16(ushort bits) => _bits = bits;

    /// <summary>Sign, 8 bits of exponent, 7 bits of fraction.</summary>
    public ushort Bits => _bits;

    public static BFloat16 FromBits(ushort bits) => new(bits);

    public static implicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value._bits << 16);

    /// <summary>The nearest value, of two the one with an even fraction; beyond the range infinity. NaN stays NaN.</summary>
    public static explicit operator BFloat16(float value)
    {
        const uint quiet = 0x0040_0000, half = 0x7FFF;
        var bits = BitConverter.SingleToUInt32Bits(value);
        return new BFloat16((ushort)((float.IsNaN(value) ? bits | quiet : bits + half + ((bits >> 16) & 1)) >> 16));
    }

    /// <summary>Equal as numbers are, or both NaN.</summary>
    public bool Equals(BFloat16 other) => ((float)this).Equals(other);

    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    public override int GetHashCode() => ((float)this).GetHashCode();

    public static bool operator ==(BFloat16 left, BFloat16 right) => (float)left == right;

    public static bool operator !=(BFloat16 left, BFloat16 right) => !(left == right);

    public override string ToString() => ((float)this).ToString(CultureInfo.InvariantCulture);
}
