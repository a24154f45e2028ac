using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Tests.Reference;

internal static class MovementOperations
{
    public static IEnumerable<CaseOperation> All =>
    [
        new("reshape", (x, a) => x[0].Reshape(a.Shape)),
        new("permute", (x, a) => x[0].Permute(a.Axes!)),
        new("transpose", (x, a) => x[0].Transpose(a.Integer("first"), a.Integer("second"))),
        new("expand", (x, a) => x[0].ExpandTo(a.Shape)),
        new("slice", (x, a) => x[0].Slice(a.Axis, a.Integer("start"), a.Integer("length"), a.Integer("step"))),
        new("pad", (x, a) => x[0].Pad(a.Axis, a.Integer("low"), a.Integer("high"), a.Number("fill"))),
        new("flip", (x, a) => x[0].Flip(a.Axes!)),
        new("sliding windows", (x, a) => x[0].SlidingWindows(a.Axis, a.Integer("size"), a.Integer("step"), a.Integer("dilation"))),
        new("concat", (x, a) => Nodes.Concat(x, a.Axis)),
        new("stack", (x, a) => Nodes.Stack(x, a.Axis)),
        new("gather", (x, a) => x[0].Gather(a.Axis, x[1])),
        new("embedding", (indices, table) => table.Gather(0, indices)),
        new("scatter add", (x, a) => x[0].ScatterAdd(a.Axis, x[1], a.Integer("length"))),
    ];
}
