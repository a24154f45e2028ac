using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Moves work from every element of a row to the row: a factor that is the same all along it is multiplied in last, and divided
/// by once. Floats agree up to the rounding of another order of the same operations.
/// </summary>
public static class RowFactorRules
{
    /// <summary>Divisors that reach no lower have a reciprocal in the normal range of float32.</summary>
    private const double SmallestDivisor = 1e-30;

    /// <summary>Elements from which dividing each costs more than the digit that a product with the reciprocal may be off by.</summary>
    private const long ManyTimes = 8;

    public static IReadOnlyList<RewriteRule> Rules { get; } =
    [
        RewriteRule.On<Divide>("x / repeated y → x * repeated (1 / y), y not near 0", (_, node) =>
            IsWide(node) && Repeated(node.Inputs[1]) is { } y && IsManyTimes(node, y) && LowerBound.Of(y) >= SmallestDivisor
                ? node.Inputs[0] * (1 / y).ExpandTo(node.Shape)
                : null),
        RewriteRule.On<Sum>("sum(x * repeated y) → sum(x) * y", (sum, node) =>
            IsWide(node) && SameAlong(sum, node.Inputs[0]) is var (x, y) ? Node.Of(sum, x) * y : null),
        RewriteRule.On<Sum>("sum(x * repeated y + z) → sum(x * repeated y) + sum(z)", Distribute),
        RewriteRule.OnEither<Add>("x * repeated y + repeated (y * z) → (x + repeated z) * repeated y", (left, right) =>
            IsWide(left) && CommonFactor(left, right) is var (x, y, z) ? (x + z) * y : null),
        RewriteRule.On<Subtract>("x * repeated y - repeated (y * z) → (x - repeated z) * repeated y", (_, node) =>
            IsWide(node) && CommonFactor(node.Inputs[0], node.Inputs[1]) is var (x, y, z) ? (x - z) * y : null),
        // As a softmax is: its gradient is then one in terms of the result, and the exponentials need not be remembered.
        RewriteRule.OnEither<Multiply>("exp(x) * (y * repeated z) → (exp(x) * repeated z) * y", (e, product) =>
            IsWide(e) && e.Op is Exp && Factored(product) is var (y, z) && y.Op is not Exp ? e * z.ExpandTo(e.Shape) * y : null),
    ];

    /// <summary>Whether arithmetic on the node is not rounded to 16 bits on the way.</summary>
    private static bool IsWide(Node node) => node.Type.DType is DType.Float32 or DType.Float64;

    private static bool IsManyTimes(Node node, Node small) =>
        node.Shape.Size is { IsBound: true } size && size.Value >= ManyTimes * Math.Max(1, small.Shape.Size.Value);

    /// <summary>What is repeated to make the node; null where it is no smaller, or a known number.</summary>
    private static Node? Repeated(Node node) => node.Op is Expand && !UniformValue.TryGet(node, out Scalar _) ? node.Inputs[0] : null;

    /// <summary>A product as what varies and the tensor that is repeated to scale it.</summary>
    private static (Node Varying, Node Scale)? Factored(Node product)
    {
        if (product.Op is not Multiply) return null;
        var (a, b) = (product.Inputs[0], product.Inputs[1]);
        if (Repeated(b) is { } right) return (a, right);
        return Repeated(a) is { } left ? (b, left) : null;
    }

    /// <summary>
    /// A product, however its factors are grouped, as what varies along the summed axes and what does not: a factor for each
    /// element of the sum.
    /// </summary>
    private static (Node Varying, Node Scale)? SameAlong(Sum sum, Node product)
    {
        var factors = Factors(product).ToLookup(f => Repeated(f) is { } source && sum.Axes.All(a => source.Shape[a].Is(1)));
        if (!factors[true].Any() || !factors[false].Any()) return null;
        var scale = factors[true].Select(f => WithoutAxes(f.Inputs[0], sum)).Aggregate((a, b) => a * b);
        return (factors[false].Aggregate((a, b) => a * b), scale);
    }

    /// <summary>Factors of a product of any depth; a softmax, which is one of exponentials, is whole.</summary>
    private static IEnumerable<Node> Factors(Node node) =>
        node.Op is Multiply && node.Inputs[0].Op is not Exp && node.Inputs[1].Op is not Exp
            ? Factors(node.Inputs[0]).Concat(Factors(node.Inputs[1]))
            : [node];

    private static Node WithoutAxes(Node scale, ReductionOp op) =>
        scale.Reshape(Shape.Of(scale.Shape.Where((_, axis) => !op.Axes.Contains(axis))));

    private static Node? Distribute(Sum sum, Node node)
    {
        if (!IsWide(node) || node.Inputs[0] is not { Op: Add } total) return null;
        var (a, b) = (total.Inputs[0], total.Inputs[1]);
        return SameAlong(sum, a) is null && SameAlong(sum, b) is null ? null : Node.Of(sum, a) + Node.Of(sum, b);
    }

    /// <summary>x, repeated y and repeated z where the terms are x · repeated y and repeated (y · z).</summary>
    private static (Node X, Node Y, Node Z)? CommonFactor(Node left, Node right)
    {
        if (Factored(left) is not var (x, y) || Repeated(right) is not { } small || small.Shape != y.Shape) return null;
        var (product, factor) = (Unshaped(small), Unshaped(y));
        if (product.Op is not Multiply || product.Inputs[0] != factor && product.Inputs[1] != factor) return null;
        var z = product.Inputs[0] == factor ? product.Inputs[1] : product.Inputs[0];
        return (x, y.ExpandTo(left.Shape), z.Reshape(y.Shape).ExpandTo(left.Shape));
    }

    private static Node Unshaped(Node node) => node.Op is Reshape ? node.Inputs[0] : node;
}
