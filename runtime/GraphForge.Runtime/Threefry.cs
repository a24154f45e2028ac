using System.Numerics;
using System.Runtime.CompilerServices;

namespace GraphForge.Runtime;

/// <summary>
/// Threefry-2x32 with 20 rounds, a counter-based random generator (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as
/// easy as 1, 2, 3", SC 2011). No state: a value depends on seed, stream and index alone, so every target computes the same
/// bits in any order.
/// </summary>
public static class Threefry
{
    /// <summary>Skein's key-schedule parity constant.</summary>
    private const uint Parity = 0x1BD11BDA;

    /// <summary>
    /// 32 random bits. Key: the low word of the seed xor the high word of the stream, then the high word of the seed xor the
    /// low word of the stream. Counter: the low, then the high word of the index. The result is the cipher's word 0.
    /// </summary>
    public static uint Word(long seed, long stream, long index) => Block(
        (uint)seed ^ (uint)(stream >> 32), (uint)(seed >> 32) ^ (uint)stream, (uint)index, (uint)(index >> 32)).Word0;

    /// <summary>A float in [0, 1): the top 24 bits of <see cref="Word"/> times 2⁻²⁴, exact.</summary>
    public static float Uniform(long seed, long stream, long index) => (Word(seed, stream, index) >> 8) * (1f / (1 << 24));

    /// <summary>The cipher: encrypts the counter <c>(c0, c1)</c> under the key <c>(k0, k1)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (uint Word0, uint Word1) Block(uint k0, uint k1, uint c0, uint c1)
    {
        var k2 = Parity ^ k0 ^ k1;
        var (x0, x1) = (c0 + k0, c1 + k1);
        EvenRounds(ref x0, ref x1, k1, k2 + 1);
        OddRounds(ref x0, ref x1, k2, k0 + 2);
        EvenRounds(ref x0, ref x1, k0, k1 + 3);
        OddRounds(ref x0, ref x1, k1, k2 + 4);
        EvenRounds(ref x0, ref x1, k2, k0 + 5);
        return (x0, x1);
    }

    /// <summary>Four rounds, then the injection of a subkey.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EvenRounds(ref uint x0, ref uint x1, uint subkey0, uint subkey1)
    {
        Round(ref x0, ref x1, 13);
        Round(ref x0, ref x1, 15);
        Round(ref x0, ref x1, 26);
        Round(ref x0, ref x1, 6);
        x0 += subkey0;
        x1 += subkey1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OddRounds(ref uint x0, ref uint x1, uint subkey0, uint subkey1)
    {
        Round(ref x0, ref x1, 17);
        Round(ref x0, ref x1, 29);
        Round(ref x0, ref x1, 16);
        Round(ref x0, ref x1, 24);
        x0 += subkey0;
        x1 += subkey1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref uint x0, ref uint x1, int rotation)
    {
        x0 += x1;
        x1 = BitOperations.RotateLeft(x1, rotation) ^ x0;
    }
}
