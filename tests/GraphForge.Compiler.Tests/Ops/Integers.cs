using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>Int64 tensors, on which products and sums are exact and may be compared for equality.</summary>
internal static class Integers
{
    /// <summary>Values in −9..9, the same for the same seed.</summary>
    public static Literal Random(int seed, params long[] dims)
    {
        var random = new Random(seed);
        var literal = new Literal(new TensorType(Runtime.DType.Int64, Shape.Of(dims)));
        foreach (ref var element in literal.AsSpan<long>()) element = random.Next(-9, 10);
        return literal;
    }

    public static Literal Evaluate(Op op, params Literal[] operands) => op.Evaluate(NodeOf(op, operands), operands);

    public static Node NodeOf(Op op, params Literal[] operands) =>
        Node.Of(op, operands.Select(o => Node.Of(new Constant(o))).ToArray());

    /// <summary>Inner product of two tensors of one shape.</summary>
    public static long Dot(Literal a, Literal b)
    {
        Assert.That(a.Type, Is.EqualTo(b.Type));
        long sum = 0;
        for (var i = 0; i < a.Count; i++) sum += a.AsSpan<long>()[i] * b.AsSpan<long>()[i];
        return sum;
    }
}
