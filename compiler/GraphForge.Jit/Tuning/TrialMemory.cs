using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Jit.Tuning;

/// <summary>
/// Memory for the arguments of one kernel, filled with made-up values. Floats are ±1, ±2 and ±3 times a power of two that brings
/// sums near 1, where functions of them are not saturated; sums of their products are exact in any order. Integers are 0, which
/// is an index into anything.
/// </summary>
internal sealed class TrialMemory
{
    private readonly byte[][] _initial;

    public TrialMemory(KernelDefinition definition)
    {
        SumLength = definition.Reductions().Select(r => r.ReducedVariables.Aggregate(1L, (p, v) => p * v.Extent)).DefaultIfEmpty(1).Max();
        Buffers = definition.Arguments.Select(a => new StateBuffer(a.Name, a.Type, [a.Count])).ToArray();
        var written = definition.Results.Concat(definition.Serial?.Before ?? []).Select(s => s.Buffer).ToHashSet();
        Results = Enumerable.Range(0, Buffers.Count).Where(i => written.Contains(definition.Arguments[i])).ToArray();
        var random = new Random(20);
        _initial = Buffers.Select(b => Filled(b.Bytes, Values(b.Type), random)).ToArray();
        foreach (var (buffer, values) in Buffers.Zip(_initial)) buffer.CopyFromBytes(values);
    }

    /// <summary>In the order of the kernel's arguments.</summary>
    public IReadOnlyList<StateBuffer> Buffers { get; }

    /// <summary>Which buffers the kernel writes.</summary>
    public IReadOnlyList<int> Results { get; }

    /// <summary>Terms of the longest sum.</summary>
    public long SumLength { get; }

    /// <summary>Brings the values back that the kernel may have overwritten.</summary>
    public void Reset()
    {
        foreach (var i in Results) Buffers[i].CopyFromBytes(_initial[i]);
    }

    /// <summary>What the kernel wrote.</summary>
    public byte[][] Written() => Results.Select(i => Buffers[i].AsBytes().ToArray()).ToArray();

    private Literal Values(DType type)
    {
        var values = new Literal(new TensorType(type, Shape.Of(type.IsInteger() ? 1 : 6)));
        // A sum of n products of two such values has a deviation of about 5 √n times the square of the factor.
        var factor = Math.ScaleB(1, -(int)Math.Round(Math.Log2(5 * Math.Sqrt(SumLength)) / 2));
        double[] numbers = type == DType.Bool ? [0, 1, 0, 1, 1, 0] : type.IsInteger() ? [0] : [-3, -2, -1, 1, 2, 3];
        for (var i = 0; i < numbers.Length; i++) values[i] = Scalar.Of(type, type.IsFloat() ? numbers[i] * factor : numbers[i]);
        return values;
    }

    private static byte[] Filled(long count, Literal values, Random random)
    {
        var bytes = new byte[count];
        var source = values.Bytes;
        var size = values.Type.DType.Size();
        for (var i = 0; i < bytes.Length; i += size) source.Slice(random.Next(values.Count) * size, size).CopyTo(bytes.AsSpan(i));
        return bytes;
    }
}
