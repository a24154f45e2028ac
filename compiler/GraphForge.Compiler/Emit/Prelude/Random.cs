internal static unsafe partial class VectorMath
{
    // Counter-based random numbers: Threefry-2x32 with 20 rounds (J. Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3,
    // SC 2011). A value depends on (seed, stream, index) alone.

    /// <summary>Uniform in [0, 1), multiples of 2^-24, of the indices firstIndex, firstIndex + 1, ….</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 UniformLanes(long seed, long stream, long firstIndex)
    {
        var first = Vec.Create((uint)firstIndex);
        var x0 = first + U32.Indices;
        // Where the low word wraps, the comparison yields all ones: subtracting it adds the carry.
        var x1 = Vec.Create((uint)(firstIndex >> 32)) - Vec.LessThan(x0, first);
        Threefry((uint)seed ^ (uint)(stream >> 32), (uint)(seed >> 32) ^ (uint)stream, ref x0, ref x1);
        return Vec.ConvertToSingle((x0 >>> 8).AsInt32()) * Vec.Create(5.9604645e-8f);
    }

    /// <summary>Uniform in [0, 1) of one index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Uniform(long seed, long stream, long index) => UniformLanes(seed, stream, index).ToScalar();

    /// <summary>Replaces the counter (x0, x1) by the random words of the key (k0, k1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Threefry(uint k0, uint k1, ref U32 x0, ref U32 x1)
    {
        var k2 = 0x1BD11BDAu ^ k0 ^ k1;
        x0 += Vec.Create(k0);
        x1 += Vec.Create(k1);
        FourRounds(ref x0, ref x1, 13, 15, 26, 6, k1, k2 + 1);
        FourRounds(ref x0, ref x1, 17, 29, 16, 24, k2, k0 + 2);
        FourRounds(ref x0, ref x1, 13, 15, 26, 6, k0, k1 + 3);
        FourRounds(ref x0, ref x1, 17, 29, 16, 24, k1, k2 + 4);
        FourRounds(ref x0, ref x1, 13, 15, 26, 6, k2, k0 + 5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRounds(ref U32 x0, ref U32 x1, int a, int b, int c, int d, uint key0, uint key1)
    {
        x0 += x1;
        x1 = RotateLeft(x1, a) ^ x0;
        x0 += x1;
        x1 = RotateLeft(x1, b) ^ x0;
        x0 += x1;
        x1 = RotateLeft(x1, c) ^ x0;
        x0 += x1;
        x1 = RotateLeft(x1, d) ^ x0;
        x0 += Vec.Create(key0);
        x1 += Vec.Create(key1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static U32 RotateLeft(U32 x, int count) => (x << count) | (x >>> (32 - count));
}
