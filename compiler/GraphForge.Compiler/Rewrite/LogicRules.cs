using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Selections, comparisons and logic. All exact; a comparison that NaN decides is left alone on floats. Where logic works on
/// the bits of integers, true in a rule's name stands for all of them set, and false for none.
/// </summary>
public static class LogicRules
{
    public static IReadOnlyList<RewriteRule> Rules { get; } = [.. Selections(), .. Connectives(), .. Comparisons()];

    private static IEnumerable<RewriteRule> Selections() =>
    [
        RewriteRule.On<Select>("select(known, x, y) → x or y", (_, node) =>
            UniformValue.TryGet(node.Inputs[0], out var c) ? node.Inputs[c.AsBool ? 1 : 2] : null),
        RewriteRule.On<Select>("select(c, x, x) → x", (_, node) => node.Inputs[1] == node.Inputs[2] ? node.Inputs[1] : null),
        RewriteRule.On<Select>("select(!c, x, y) → select(c, y, x)", (_, node) => node.Inputs[0].Op is Not
            ? Nodes.Select(node.Inputs[0].Inputs[0], node.Inputs[2], node.Inputs[1])
            : null),
        RewriteRule.On<Select>("select(c, select(c, x, _), y) → select(c, x, y)", (_, node) => IsSelectOn(node.Inputs[1], node)
            ? Nodes.Select(node.Inputs[0], node.Inputs[1].Inputs[1], node.Inputs[2])
            : null),
        RewriteRule.On<Select>("select(c, x, select(c, _, y)) → select(c, x, y)", (_, node) => IsSelectOn(node.Inputs[2], node)
            ? Nodes.Select(node.Inputs[0], node.Inputs[1], node.Inputs[2].Inputs[2])
            : null),
        RewriteRule.On<Select>("select(c, true, false) → c", (_, node) => IsBool(node) &&
            UniformValue.Is(node.Inputs[1], 1) && UniformValue.Is(node.Inputs[2], 0) ? node.Inputs[0] : null),
        RewriteRule.On<Select>("select(c, false, true) → !c", (_, node) => IsBool(node) &&
            UniformValue.Is(node.Inputs[1], 0) && UniformValue.Is(node.Inputs[2], 1) ? !node.Inputs[0] : null),
    ];

    private static IEnumerable<RewriteRule> Connectives() =>
    [
        RewriteRule.OnEither<And>("x & x → x", (x, y) => x == y ? x : null),
        RewriteRule.OnEither<And>("x & true → x", (x, y) => IsAllOnes(y) ? x : null),
        RewriteRule.OnEither<And>("x & false → false", (_, y) => UniformValue.Is(y, 0) ? y : null),
        RewriteRule.OnEither<Or>("x | x → x", (x, y) => x == y ? x : null),
        RewriteRule.OnEither<Or>("x | false → x", (x, y) => UniformValue.Is(y, 0) ? x : null),
        RewriteRule.OnEither<Or>("x | true → true", (_, y) => IsAllOnes(y) ? y : null),
        RewriteRule.OnEither<Xor>("x ^ x → false", (x, y) => x == y ? UniformValue.Like(x, 0) : null),
        RewriteRule.OnEither<Xor>("x ^ false → x", (x, y) => UniformValue.Is(y, 0) ? x : null),
        RewriteRule.OnEither<Xor>("x ^ true → !x", (x, y) => IsAllOnes(y) ? !x : null),
        RewriteRule.On<Not>("!!x → x", (_, node) => node.Inputs[0].Op is Not ? node.Inputs[0].Inputs[0] : null),
        RewriteRule.On<Not>("!(x == y) → x != y", (_, node) =>
            node.Inputs[0].Op is Equal ? node.Inputs[0].Inputs[0].NotEqualTo(node.Inputs[0].Inputs[1]) : null),
        RewriteRule.On<Not>("!(x != y) → x == y", (_, node) =>
            node.Inputs[0].Op is NotEqual ? node.Inputs[0].Inputs[0].EqualTo(node.Inputs[0].Inputs[1]) : null),
        RewriteRule.On<Not>("!(x < y) → y <= x, integers", (_, node) => node.Inputs[0].Op is Less && IsTotal(node.Inputs[0])
            ? node.Inputs[0].Inputs[1].LessOrEqual(node.Inputs[0].Inputs[0])
            : null),
        RewriteRule.On<Not>("!(x <= y) → y < x, integers", (_, node) =>
            node.Inputs[0].Op is LessOrEqual && IsTotal(node.Inputs[0])
                ? node.Inputs[0].Inputs[1].Less(node.Inputs[0].Inputs[0])
                : null),
    ];

    private static IEnumerable<RewriteRule> Comparisons() =>
    [
        RewriteRule.On<Equal>("x == x → true, integers", (_, node) =>
            IsReflexive(node) && IsTotal(node) ? Known(node, true) : null),
        RewriteRule.On<NotEqual>("x != x → false, integers", (_, node) =>
            IsReflexive(node) && IsTotal(node) ? Known(node, false) : null),
        RewriteRule.On<Less>("x < x → false", (_, node) => IsReflexive(node) ? Known(node, false) : null),
        RewriteRule.On<LessOrEqual>("x <= x → true, integers", (_, node) =>
            IsReflexive(node) && IsTotal(node) ? Known(node, true) : null),
        RewriteRule.OnEither<Equal>("x == true → x", (x, y) => IsBool(x) && UniformValue.Is(y, 1) ? x : null),
        RewriteRule.OnEither<Equal>("x == false → !x", (x, y) => IsBool(x) && UniformValue.Is(y, 0) ? !x : null),
        RewriteRule.OnEither<NotEqual>("x != false → x", (x, y) => IsBool(x) && UniformValue.Is(y, 0) ? x : null),
        RewriteRule.OnEither<NotEqual>("x != true → !x", (x, y) => IsBool(x) && UniformValue.Is(y, 1) ? !x : null),
    ];

    private static bool IsSelectOn(Node branch, Node node) => branch.Op is Select && branch.Inputs[0] == node.Inputs[0];

    private static bool IsAllOnes(Node node) =>
        UniformValue.TryGet(node, out var value) && value.Equals(Scalar.Of(value.DType, -1L));

    private static bool IsBool(Node node) => node.Type.DType == DType.Bool;

    private static bool IsReflexive(Node comparison) => comparison.Inputs[0] == comparison.Inputs[1];

    /// <summary>Whether any two values compare, which NaN does not.</summary>
    private static bool IsTotal(Node comparison) => !comparison.Inputs[0].Type.DType.IsFloat();

    private static Node Known(Node node, bool value) => UniformValue.Of(node.Shape, Scalar.Of(value));
}
