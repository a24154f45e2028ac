using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Rewrite;

/// <summary>Choices between equal ways of writing one thing, so that other rules need one row and equal values are one node.</summary>
public static class Canonicalisation
{
    public static IReadOnlyList<RewriteRule> Rules { get; } =
    [
        RewriteRule.On<Subtract>("x - c → x + (-c)", (_, node) => UniformValue.TryGet(node.Inputs[1], out Scalar _)
            ? node.Inputs[0] + -node.Inputs[1]
            : null),
        // The reciprocal of a power of two is exact, and both products round the same real number.
        RewriteRule.On<Divide>("x / 2ᵏ → x * 2⁻ᵏ", (_, node) =>
            UniformValue.TryGet(node.Inputs[1], out var divisor) && HasExactReciprocal(divisor)
                ? node.Inputs[0] * UniformValue.Like(node, 1 / divisor.AsDouble)
                : null),
    ];

    /// <summary>Rules that would change gradients.</summary>
    public static IReadOnlyList<RewriteRule> AfterDifferentiation { get; } =
    [
        RewriteRule.On<StopGradient>("stopGradient(x) → x", (_, node) => node.Inputs[0]),
    ];

    private static bool HasExactReciprocal(Scalar value)
    {
        var magnitude = Math.Abs(value.AsDouble);
        return value.DType switch
        {
            DType.Float32 => Math.ScaleB(1, Math.ILogB(magnitude)) == magnitude && float.IsNormal((float)(1 / magnitude)),
            DType.Float64 => Math.ScaleB(1, Math.ILogB(magnitude)) == magnitude && double.IsNormal(1 / magnitude),
            _ => false,
        };
    }
}
