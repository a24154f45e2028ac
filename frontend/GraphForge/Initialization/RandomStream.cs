using GraphForge.Runtime;

namespace GraphForge.Initialization;

/// <summary>Random numbers of one tensor: pure functions of seed, stream and index, the same on every machine.</summary>
public readonly struct RandomStream
{
    /// <summary>Keeps initial values apart from the streams that random ops of a graph draw from, numbered from 0.</summary>
    private const long FirstStream = 1L << 40;

    private readonly long _seed;
    private readonly long _stream;

    internal RandomStream(long seed, long ordinal) => (_seed, _stream) = (seed, FirstStream + ordinal);

    /// <summary>Uniform in [0, 1), 24 random bits.</summary>
    public float Uniform(long index) => Threefry.Uniform(_seed, _stream, index);
}
