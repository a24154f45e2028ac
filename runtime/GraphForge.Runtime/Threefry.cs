using System.Numerics;

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

    private static ReadOnlySpan<byte> Rotations => [13, 15, 26, 6, 17, 29, 16, 24];

    /// <summary>
    /// 32 random bits. Key: the low word of the seed xor the high word of the stream, then the high word of the seed xor the
    /// low word of the stream. Counter: the low, then the high word of the index. The result is the cipher's word 0.
    /// </summary>
    public static uint Word(long seed, long stream, long index) => Block(
        (uint)seed ^ (uint)(stream >> 32), (uint)(seed >> 32) ^ (uint)stream, (uint)index, (uint)(index >> 32)).Word0;

    /// <summary>A float in [0, 1): the top 24 bits of <see cref="Word"/> times 2⁻²⁴, exact.</summary>
    public static float Uniform(long seed, long stream, long index) => (Word(seed, stream, index) >> 8) * (1f / (1 << 24));

    /// <summary>The cipher: encrypts the counter <c>(c0, c1)</c> under the key <c>(k0, k1)</c>.</summary>
    public static (uint Word0, uint Word1) Block(uint k0, uint k1, uint c0, uint c1)
    {
        ReadOnlySpan<uint> keys = [k0, k1, Parity ^ k0 ^ k1];
        var (x0, x1) = (c0 + k0, c1 + k1);
        for (var round = 0; round < 20; round++)
        {
            x0 += x1;
            x1 = BitOperations.RotateLeft(x1, Rotations[round % 8]) ^ x0;
            if (round % 4 != 3) continue;
            // Subkey injection after every fourth round.
            var injection = round / 4 + 1;
            x0 += keys[injection % 3];
            x1 += keys[(injection + 1) % 3] + (uint)injection;
        }
        return (x0, x1);
    }
}
