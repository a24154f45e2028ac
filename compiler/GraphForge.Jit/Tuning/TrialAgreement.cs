using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Jit.Tuning;

/// <summary>
/// Whether two orders of the same sums may differ as much as results do. Errors of a float sum of n terms grow as √n roundings
/// of its type do when they are independent; a term left out or added twice is far outside of that.
/// </summary>
/// <param name="type">Element type of a result.</param>
/// <param name="sumLength">Terms of the longest sum.</param>
internal sealed class TrialAgreement(DType type, long sumLength)
{
    /// <summary>Room above the expected error, for prologues and epilogues that enlarge it.</summary>
    private const double Room = 8;

    /// <summary>Greatest difference in units of the greatest magnitude among the results.</summary>
    public double Tolerance { get; } = type.IsFloat() ? Room * Math.Sqrt(sumLength) * Rounding(type.Arithmetic()) + Rounding(type) : 0;

    public bool Agrees(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        if (expected.SequenceEqual(actual)) return true;
        var (wanted, given) = (Read(expected), Read(actual));
        var scale = 0.0;
        for (var i = 0; i < wanted.Count; i++)
            if (double.IsFinite(wanted[i].AsDouble)) scale = Math.Max(scale, Math.Abs(wanted[i].AsDouble));
        for (var i = 0; i < wanted.Count; i++)
            if (!IsNear(wanted[i].AsDouble, given[i].AsDouble, Tolerance * scale)) return false;
        return true;
    }

    private static bool IsNear(double expected, double actual, double difference) =>
        expected.Equals(actual) || Math.Abs(expected - actual) <= difference;

    private Literal Read(ReadOnlySpan<byte> bytes) => Literal.Of(new TensorType(type, Shape.Of(bytes.Length / type.Size())), bytes);

    private static double Rounding(DType type) => type switch
    {
        DType.Float64 => 1.0 / (1L << 53),
        DType.Float32 => 1.0 / (1 << 24),
        DType.Float16 => 1.0 / (1 << 11),
        DType.BFloat16 => 1.0 / (1 << 8),
        _ => 0,
    };
}
