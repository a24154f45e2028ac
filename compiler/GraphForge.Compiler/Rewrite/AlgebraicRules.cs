using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Identities of + − × ÷. On floats they hold for every value including infinities and NaN, except that the sign of a zero
/// result may differ (−0 + 0 is 0); so 0 · x → 0 and x − x → 0, wrong for NaN and infinities, are for integers only.
/// Integer arithmetic wraps, which makes it a ring and regrouping exact.
/// </summary>
public static class AlgebraicRules
{
    public static IReadOnlyList<RewriteRule> Rules { get; } =
    [
        RewriteRule.OnEither<Add>("x + 0 → x", (x, y) => UniformValue.Is(y, 0) ? x : null),
        RewriteRule.OnEither<Add>("x + -y → x - y", (x, y) => y.Op is Negate ? x - y.Inputs[0] : null),
        RewriteRule.OnEither<Add>("(x + c) + d → x + (c + d), integers", (x, d) =>
            Regroup<Add>(x, d) is var (rest, c) ? rest + (c + d) : null),

        RewriteRule.On<Subtract>("x - x → 0, integers", (_, node) =>
            IsExact(node) && node.Inputs[0] == node.Inputs[1] ? UniformValue.Like(node, 0) : null),
        RewriteRule.On<Subtract>("0 - x → -x", (_, node) =>
            UniformValue.Is(node.Inputs[0], 0) ? -node.Inputs[1] : null),
        RewriteRule.On<Subtract>("x - -y → x + y", (_, node) =>
            node.Inputs[1].Op is Negate ? node.Inputs[0] + node.Inputs[1].Inputs[0] : null),
        RewriteRule.On<Subtract>("-x - y → -(x + y)", (_, node) =>
            node.Inputs[0].Op is Negate ? -(node.Inputs[0].Inputs[0] + node.Inputs[1]) : null),

        RewriteRule.OnEither<Multiply>("x * 1 → x", (x, y) => UniformValue.Is(y, 1) ? x : null),
        RewriteRule.OnEither<Multiply>("x * -1 → -x", (x, y) => UniformValue.Is(y, -1) ? -x : null),
        RewriteRule.OnEither<Multiply>("x * 0 → 0, integers", (x, y) => IsExact(x) && UniformValue.Is(y, 0) ? y : null),
        RewriteRule.OnEither<Multiply>("-x * -y → x * y", (x, y) =>
            x.Op is Negate && y.Op is Negate ? x.Inputs[0] * y.Inputs[0] : null),
        RewriteRule.OnEither<Multiply>("-x * c → x * (-c)", (x, c) =>
            x.Op is Negate && UniformValue.TryGet(c, out _) ? x.Inputs[0] * -c : null),
        RewriteRule.OnEither<Multiply>("(x * c) * d → x * (c * d), integers", (x, d) =>
            Regroup<Multiply>(x, d) is var (rest, c) ? rest * (c * d) : null),

        RewriteRule.On<Divide>("x / 1 → x", (_, node) => UniformValue.Is(node.Inputs[1], 1) ? node.Inputs[0] : null),
        RewriteRule.On<Divide>("x / -1 → -x", (_, node) => UniformValue.Is(node.Inputs[1], -1) ? -node.Inputs[0] : null),

        RewriteRule.On<Negate>("--x → x", (_, node) => node.Inputs[0].Op is Negate ? node.Inputs[0].Inputs[0] : null),
        RewriteRule.On<Negate>("-(x - y) → y - x", (_, node) =>
            node.Inputs[0].Op is Subtract ? node.Inputs[0].Inputs[1] - node.Inputs[0].Inputs[0] : null),
        RewriteRule.On<Negate>("-(x * c) → x * (-c)", (_, node) =>
            node.Inputs[0].Op is Multiply && TakeUniform(node.Inputs[0]) is var (x, c) ? x * -c : null),
    ];

    /// <summary>Whether arithmetic on the node's type loses nothing.</summary>
    internal static bool IsExact(Node node) => !node.Type.DType.IsFloat();

    private static (Node Variable, Node Uniform)? Regroup<TOp>(Node x, Node d) where TOp : Op =>
        x.Op is TOp && IsExact(x) && UniformValue.TryGet(d, out _) ? TakeUniform(x) : null;

    private static (Node Variable, Node Uniform)? TakeUniform(Node node)
    {
        var (a, b) = (node.Inputs[0], node.Inputs[1]);
        if (UniformValue.TryGet(b, out _)) return (a, b);
        return UniformValue.TryGet(a, out _) ? (b, a) : null;
    }
}
