using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>Rows of functions on the bits of integers.</summary>
public static class BitSamples
{
    public static IReadOnlyList<OpSample> All { get; } = [.. Types.SelectMany(Rows)];

    private static IEnumerable<DType> Types => [DType.UInt8, DType.Int32, DType.Int64];

    private static IEnumerable<OpSample> Rows(DType type)
    {
        var name = type.ToString().ToLowerInvariant();
        var bits = type == DType.UInt8 ? new SampleOperand(type, 0, 255, 3, 21) : new SampleOperand(type, -3e8, 3e8, 3, 21);
        // Also by fewer places than 0 and by more than there are bits.
        var places = type == DType.UInt8 ? new SampleOperand(type, 0, 12, 21) : new SampleOperand(type, -5, 80, 21);
        yield return new($"bits and {name}", n => n[0] & n[1], bits, bits);
        yield return new($"bits or {name}", n => n[0] | n[1], bits, bits);
        yield return new($"bits xor {name}", n => n[0] ^ n[1], bits, bits);
        yield return new($"bits not {name}", n => ~n[0], bits);
        yield return new($"bits mixed {name}", n => (~n[0] & n[1]) ^ (n[0] | n[1]), bits, bits);
        yield return new($"shift left {name}", n => n[0] << n[1], bits, places);
        yield return new($"shift right {name}", n => n[0] >> n[1], bits, places);
        yield return new($"shift by a number {name}", n => (n[0] << Nodes.Scalar(3, type)) >> Nodes.Scalar(2, type), bits);
    }
}
