using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Tests.Reference;

internal static class ReductionOperations
{
    public static IEnumerable<CaseOperation> All =>
    [
        new("sum", (x, a) => x[0].Sum(a.Axes, a.Keep)),
        new("product", (x, a) => x[0].Prod(a.Axes, a.Keep)),
        new("mean", (x, a) => x[0].Mean(a.Axes, a.Keep)),
        new("maximum along", (x, a) => x[0].Max(a.Axes, a.Keep)),
        new("minimum along", (x, a) => x[0].Min(a.Axes, a.Keep)),
        new("argmaximum", (x, a) => x[0].ArgMax(a.Axis, a.Keep)),
        new("argminimum", (x, a) => x[0].ArgMin(a.Axis, a.Keep)),
        new("matmul", (a, b) => Nodes.MatMul(a, b)),
        new("einsum", (x, a) => Nodes.Einsum(a.Text("labels"), x[0], x[1])),
        new("softmax", (x, a) => x[0].Softmax(a.Axis)),
        new("log softmax", (x, a) => x[0].LogSoftmax(a.Axis)),
    ];
}
