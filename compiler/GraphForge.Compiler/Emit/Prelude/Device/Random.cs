internal static partial class DeviceMath
{
    // Counter-based random numbers: Threefry-2x32 with 20 rounds (J. Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3,
    // SC 2011). A value depends on (seed, stream, index) alone and is the same, to the bit, as on the CPU.

    /// <summary>Uniform in [0, 1), a multiple of 2^-24.</summary>
    public static float Uniform(long seed, long stream, long index)
    {
        var k0 = (uint)seed ^ (uint)(stream >> 32);
        var k1 = (uint)(seed >> 32) ^ (uint)stream;
        var k2 = 0x1BD11BDAu ^ k0 ^ k1;
        var x0 = (uint)index + k0;
        var x1 = (uint)(index >> 32) + k1;
        x0 += x1; x1 = ((x1 << 13) | (x1 >> 19)) ^ x0;
        x0 += x1; x1 = ((x1 << 15) | (x1 >> 17)) ^ x0;
        x0 += x1; x1 = ((x1 << 26) | (x1 >> 6)) ^ x0;
        x0 += x1; x1 = ((x1 << 6) | (x1 >> 26)) ^ x0;
        x0 += k1; x1 += k2 + 1u;
        x0 += x1; x1 = ((x1 << 17) | (x1 >> 15)) ^ x0;
        x0 += x1; x1 = ((x1 << 29) | (x1 >> 3)) ^ x0;
        x0 += x1; x1 = ((x1 << 16) | (x1 >> 16)) ^ x0;
        x0 += x1; x1 = ((x1 << 24) | (x1 >> 8)) ^ x0;
        x0 += k2; x1 += k0 + 2u;
        x0 += x1; x1 = ((x1 << 13) | (x1 >> 19)) ^ x0;
        x0 += x1; x1 = ((x1 << 15) | (x1 >> 17)) ^ x0;
        x0 += x1; x1 = ((x1 << 26) | (x1 >> 6)) ^ x0;
        x0 += x1; x1 = ((x1 << 6) | (x1 >> 26)) ^ x0;
        x0 += k0; x1 += k1 + 3u;
        x0 += x1; x1 = ((x1 << 17) | (x1 >> 15)) ^ x0;
        x0 += x1; x1 = ((x1 << 29) | (x1 >> 3)) ^ x0;
        x0 += x1; x1 = ((x1 << 16) | (x1 >> 16)) ^ x0;
        x0 += x1; x1 = ((x1 << 24) | (x1 >> 8)) ^ x0;
        x0 += k1; x1 += k2 + 4u;
        x0 += x1; x1 = ((x1 << 13) | (x1 >> 19)) ^ x0;
        x0 += x1; x1 = ((x1 << 15) | (x1 >> 17)) ^ x0;
        x0 += x1; x1 = ((x1 << 26) | (x1 >> 6)) ^ x0;
        x0 += x1; x1 = ((x1 << 6) | (x1 >> 26)) ^ x0;
        x0 += k2;
        return (int)(x0 >> 8) * 5.9604645e-8f;
    }
}
