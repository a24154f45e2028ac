namespace GraphForge.Jit.Tests;

/// <summary>What crosses lanes or depends on their number: reductions, tails, random counters.</summary>
[TestFixtureSource(typeof(VectorMathProgram), nameof(VectorMathProgram.Widths))]
public unsafe class VectorLaneTests(int width)
{
    private readonly VectorMathProgram _program = VectorMathProgram.OfWidth(width);
    private readonly int _lanes = width / 32;

    [Test]
    public void ProgramHasTheWidthAskedFor()
    {
        var count = 0;
        _program.Run("LaneCount", 0, 0, (nint)(&count));
        Assert.That(count, Is.EqualTo(_lanes));
    }

    [Test]
    public void ReductionsPairHalves([Values("F32", "F64", "I32", "I64")] string type)
    {
        var random = new Random(3);
        var x = Enumerable.Range(0, type is "F64" or "I64" ? _lanes / 2 : _lanes)
            .Select(_ => type[0] == 'I' ? random.Next(-7, 8) : random.NextDouble() * 2 - 1).ToArray();

        Assert.That(Reduce("Sum", type, x), Is.EqualTo(Halve(type, x, (a, b) => a + b)));
        Assert.That(Reduce("Product", type, x), Is.EqualTo(Halve(type, x, (a, b) => a * b)));
        Assert.That(Reduce("Max", type, x), Is.EqualTo(Halve(type, x, Math.Max)));
        Assert.That(Reduce("Min", type, x), Is.EqualTo(Halve(type, x, Math.Min)));
    }

    [Test]
    public void NaNWinsAnyLaneOfMaxAndMin([Values("F32", "F64")] string type)
    {
        var lanes = type == "F64" ? _lanes / 2 : _lanes;
        for (var lane = 0; lane < lanes; lane++)
        {
            var x = Enumerable.Range(0, lanes).Select(i => i == lane ? double.NaN : i).ToArray();
            Assert.That(Reduce("Max", type, x), Is.NaN);
            Assert.That(Reduce("Min", type, x), Is.NaN);
        }
    }

    [Test]
    public void PartialMovesTouchTheirLanesOnly([Values("F32", "F64", "I32", "I64")] string type)
    {
        var size = type.EndsWith("64", StringComparison.Ordinal) ? 8 : 4;
        for (var count = 0; count <= width / 8 / size; count++)
        {
            var source = Enumerable.Range(1, 64).Select(i => (byte)i).ToArray();
            var loaded = new byte[64];
            var stored = Enumerable.Repeat((byte)0xEE, 64).ToArray();
            var narrow = stored.ToArray();
            fixed (byte* from = source, register = loaded, to = stored, inParts = narrow)
                _program.Run("Partial" + type, 0, count, (nint)from, (nint)register, (nint)to, (nint)inParts);

            Assert.That(loaded.Take(width / 8), Is.EqualTo(source.Take(width / 8).Select((b, i) => i < count * size ? b : (byte)0)));
            Assert.That(stored, Is.EqualTo(source.Select((b, i) => i < count * size ? b : (byte)0xEE)));
            if (count < width / 8 / size) Assert.That(narrow, Is.EqualTo(stored));
        }
    }

    // The known answers of Random123, kat_vectors, threefry2x32 20.
    [TestCase(0u, 0u, 0u, 0u, 0x6b200159u, 0x99ba4efeu)]
    [TestCase(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x1cb996fcu, 0xbb002be7u)]
    [TestCase(0x13198a2eu, 0x03707344u, 0x243f6a88u, 0x85a308d3u, 0xc4923a9cu, 0x483df7a0u)]
    public void ThreefryGivesTheKnownAnswers(uint k0, uint k1, uint c0, uint c1, uint word0, uint word1)
    {
        var words = stackalloc uint[] { k0, k1, c0, c1, 0, 0 };
        _program.Run("Threefry", 0, 0, (nint)words);
        Assert.That((words[4], words[5]), Is.EqualTo((word0, word1)));
    }

    [TestCase(0L, 0L, 0L)]
    [TestCase(12345L, 7L, 4096L)]
    [TestCase(-1L, 1L << 40, (1L << 32) - 5)]
    [TestCase(1L << 33, -9L, (7L << 32) - 16)]
    public void UniformIsTheSameInEveryLane(long seed, long stream, long first)
    {
        var arguments = new[] { seed, stream, first };
        var lanes = new float[64];
        var scalars = new float[64];
        fixed (long* a = arguments)
        fixed (float* x = lanes, y = scalars)
        {
            _program.Run("Uniform", 0, 64, (nint)a, (nint)x);
            _program.Run("UniformScalar", 0, 64, (nint)a, (nint)y);
        }

        Assert.That(lanes, Is.EqualTo(scalars));
        Assert.That(lanes, Is.EqualTo(Enumerable.Range(0, 64).Select(i => Uniform(seed, stream, first + i))));
    }

    /// <summary>By way of the kernel that the known answers check.</summary>
    private float Uniform(long seed, long stream, long index)
    {
        var words = stackalloc uint[]
        {
            (uint)seed ^ (uint)(stream >> 32), (uint)(seed >> 32) ^ (uint)stream, (uint)index, (uint)(index >> 32), 0, 0,
        };
        _program.Run("Threefry", 0, 0, (nint)words);
        return (words[4] >> 8) * MathF.ScaleB(1, -24);
    }

    private double Reduce(string reduction, string type, double[] x) => type switch
    {
        "F32" => Reduce(reduction, type, x, value => (float)value, value => value),
        "F64" => Reduce(reduction, type, x, value => value, value => value),
        "I32" => Reduce(reduction, type, x, value => (int)value, value => value),
        _ => Reduce(reduction, type, x, value => (long)value, value => value),
    };

    private double Reduce<T>(string reduction, string type, double[] x, Func<double, T> narrow, Func<T, double> widen)
        where T : unmanaged
    {
        var lanes = x.Select(narrow).ToArray();
        T result;
        fixed (T* from = lanes) _program.Run($"{reduction}Lanes{type}", 0, 0, (nint)from, (nint)(&result));
        return widen(result);
    }

    /// <summary>The documented order, in the arithmetic of the element type.</summary>
    private static double Halve(string type, double[] x, Func<double, double, double> combine)
    {
        double Round(double value) => type switch { "F32" => (float)value, "I32" => (int)(long)value, _ => value };
        var lanes = x.Select(Round).ToArray();
        while (lanes.Length > 1)
            lanes = [.. lanes.Take(lanes.Length / 2).Zip(lanes.Skip(lanes.Length / 2), (a, b) => Round(combine(a, b)))];
        return lanes[0];
    }
}
