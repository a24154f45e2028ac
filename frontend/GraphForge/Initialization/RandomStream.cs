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

    /// <summary>Uniform in (0, 1), never at an end.</summary>
    public double UniformInside(long index) => Uniform(index) + 0.5 / (1 << 24);

    /// <summary>Normal with mean 0 and variance 1, of two uniform values (Box, Muller 1958); at most 5.9 from 0.</summary>
    public double Normal(long index) =>
        Math.Sqrt(-2 * Math.Log(UniformInside(2 * index))) * Math.Cos(2 * Math.PI * Uniform(2 * index + 1));
}
