using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>Branches and loops that data decides on. They have no gradient, and a stop where one would be asked for.</summary>
internal static class BranchSamples
{
    public static IReadOnlyList<OpSample> All { get; } =
    [
        Sample("cond that holds", n => Choose(n[0].Sum().Less(100), n[0], n[1])),
        Sample("cond that does not", n => Choose(n[0].Sum().Less(-100), n[0], n[1])),
        Sample("cond of a product", n => Nodes.Cond(n[0].Sum().Less(100), [n[0]],
            o => [Nodes.MatMul(o[0], n[1].Transpose())], o => [Nodes.MatMul(o[0], o[0].Transpose())])[0]),
        Sample("cond with several results", n => Joined(Nodes.Cond(n[0].Max().Less(0), [n[0], n[1]],
            o => [o[0], o[1].Sum(1)], o => [o[1].Softmax(-1), o[0].Sum(1) * n[0].Max()]))),
        Sample("cond of equal results", n => Joined(Nodes.Cond(n[0].Max().Less(0), [n[0]], o => [o[0], o[0]], o => [o[0] * 2, o[0] * 2]))),
        Sample("cond in a scan", n => Nodes.Scan([n[0]], [Nodes.Iota(5, DType.Int32)], (c, t) =>
            (Nodes.Cond((t[0] % 2).EqualTo(0), c, o => [o[0] + n[1]], o => [o[0] * n[1]]), [])).Carries[0]),
        Sample("scan in a cond", n => Nodes.Cond(n[0].Max().Less(100), [n[0], n[1]],
            o => [Nodes.Scan([o[0].Sum(0)], [o[1]], (c, x) => ([(c[0] + x[0]).Sin()], [])).Carries[0]], o => [o[0].Sum(0)])[0]),
        Sample("while", n => Nodes.While([n[0], Nodes.Scalar(0, DType.Int32)],
            c => c[1].Less(5) & c[0].Absolute().Max().Less(1000), c => [c[0] * 1.5 + n[1], c[1] + 1])[0]),
        Sample("while that never holds", n => Nodes.While([n[0]], c => c[0].Max().Less(-1000), c => [c[0] * 2])[0]),
        Sample("while up to a limit", n => Nodes.While([n[0]], c => c[0].Max().Less(1e9), c => [Nodes.MatMul(c[0], n[1]).Tanh()], limit: 4)[0], 3, 3),
        Sample("while that swaps its carries", n => Joined(Nodes.While([n[0], n[1], Nodes.Scalar(0, DType.Int32)],
            c => c[2].Less(3), c => [c[1], c[0] * 0.5, c[2] + 1]))),
        Sample("while in a while", n => Nodes.While([n[0], Nodes.Scalar(0, DType.Int32)], c => c[1].Less(3), c =>
            [Nodes.While([c[0]], i => i[0].Absolute().Max().Less(50), i => [i[0] * 3 + n[1]])[0] * 0.1, c[1] + 1])[0]),
        Sample("while of a cond", n => Nodes.While([n[0], Nodes.Scalar(27, DType.Int64)], c => c[1].NotEqualTo(1), c =>
            [c[0] + 1, Nodes.Cond((c[1] % 2).EqualTo(0), [c[1]], o => [o[0] / 2], o => [o[0] * 3 + 1])[0]])[0]),
    ];

    private static OpSample Sample(string name, Func<Node[], Node> build, params long[] dims)
    {
        long[] shape = dims.Length == 0 ? [2, 3] : dims;
        return new OpSample(name, n => build(n).StopGradient(), new(null, -1, 1, shape), new(null, -1, 1, shape)) { HasGradient = false };
    }

    private static Node Choose(Node condition, Node a, Node b) => Nodes.Cond(condition, [a, b], o => [o[0] * o[1]], o => [o[0] - o[1]])[0];

    private static Node Joined(IReadOnlyList<Node> results) =>
        Nodes.Concat([.. results.Select(r => r.Cast(results[0].Type.DType).Reshape([r.Shape.Size]))], 0);
}
