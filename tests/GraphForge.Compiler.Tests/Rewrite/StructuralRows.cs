using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using static GraphForge.Compiler.Tests.Rewrite.RuleRow;

namespace GraphForge.Compiler.Tests.Rewrite;

internal static class StructuralRows
{
    public static IEnumerable<RuleRow> All => [.. Movements, .. Slices, .. Broadcasts, .. Reductions, .. Contractions];

    private static Node Row => Float("row", 1, 4);

    private static Node Cube => Float("cube", 2, 3, 4);

    private static RuleRow[] Movements =>
    [
        new("reshape to its own shape → x", () => Node.Of(new Reshape(X.Shape), X), () => X),
        new("reshape of a reshape → one reshape", () => X.Reshape([2, 6]).Reshape([12]), () => X.Reshape([12])),
        new("unit reshape of an expand → expand of a reshape",
            () => Row.ExpandTo([3, 4]).Reshape([3, 1, 4]), () => Row.Reshape([1, 1, 4]).ExpandTo([3, 1, 4])),
        new("permute into the same order → x", () => Node.Of(new Permute([0, 1]), X), () => X),
        new("permute of axes of extent 1 → reshape",
            () => Float("u", 3, 1, 4).Permute(1, 0, 2), () => Float("u", 3, 1, 4).Reshape([1, 3, 4])),
        new("permute of a permute → one permute", () => Cube.Permute(1, 2, 0).Permute(0, 2, 1), () => Cube.Permute(1, 0, 2)),
        new("permute of an expand → expand of a permute",
            () => Row.ExpandTo([3, 4]).Permute(1, 0), () => Row.Permute(1, 0).ExpandTo([4, 3])),
        new("permute of a concat → concat of permutes",
            () => Nodes.Concat([X, Y], 0).Permute(1, 0), () => Nodes.Concat([X.Permute(1, 0), Y.Permute(1, 0)], 1)),
        new("permute of a unit reshape → unit reshape of a permute",
            () => X.Reshape([3, 1, 4]).Permute(2, 1, 0), () => X.Permute(1, 0).Reshape([4, 1, 3])),
        new("expand to its own shape → x", () => Node.Of(new Expand(X.Shape), X), () => X),
        new("expand of an expand → one expand",
            () => Float("s", 1, 1).ExpandTo([1, 4]).ExpandTo([3, 4]), () => Float("s", 1, 1).ExpandTo([3, 4])),
        new("flip of axes of extent 1 → fewer axes", () => Row.Flip(0, 1), () => Row.Flip(1)),
        new("flip of a flip → one flip", () => Cube.Flip(0, 1).Flip(1, 2), () => Cube.Flip(0, 2)),
        new("flip of an expand → expand of a flip", () => Row.ExpandTo([3, 4]).Flip(0, 1), () => Row.Flip(1).ExpandTo([3, 4])),
    ];

    private static RuleRow[] Slices =>
    [
        new("slice of everything → x", () => Node.Of(new Slice([0, 0], [3, 4], [1, 1]), X), () => X),
        new("slice of a slice → one slice",
            () => Float("v", 20).Slice(0, 2, 8, 2).Slice(0, 1, 3, 2), () => Float("v", 20).Slice(0, 4, 3, 4)),
        new("slice of an expand → expand of a slice",
            () => Node.Of(new Slice([1, 1], [2, 2], [1, 1]), Row.ExpandTo([3, 4])), () => Row.Slice(1, 1, 2).ExpandTo([2, 2])),
        new("slice of a permute → permute of a slice",
            () => X.Permute(1, 0).Slice(0, 1, 2), () => X.Slice(1, 1, 2).Permute(1, 0)),
        new("slice inside a pad → slice of its operand", () => X.Pad(1, 2, 1).Slice(1, 3, 2), () => X.Slice(1, 1, 2)),
        new("slice inside one part of a concat → slice of the part",
            () => Nodes.Concat([X, Y], 0).Slice(0, 4, 2), () => Y.Slice(0, 1, 2)),
        new("pad by nothing → x", () => Node.Of(new Pad([0, 0], [0, 0], [0, 0], Scalar.Of(X.Type.DType, 1.0)), X), () => X),
        new("pad of a pad → one pad", () => X.Pad(0, 1, 2).Pad(0, 3, 4), () => X.Pad(0, 4, 6)),
        new("sum of pads that do not overlap → concat",
            () => Y.Pad(0, 5, 1) + X.Pad(0, 1, 5),
            () => Nodes.Concat([X, Nodes.Full([1, 4], Runtime.DType.Float32, 0), Y], 0).Pad(0, 1, 1)),
        new("concat of one part → the part", () => Node.Of(new Concat(0), X), () => X),
        new("concat of a concat → one concat",
            () => Nodes.Concat([X, Nodes.Concat([Y, X], 0)], 0), () => Nodes.Concat([X, Y, X], 0)),
        new("concat with an empty part → without",
            () => Nodes.Concat([X, Float("e", 0, 4), Y], 0), () => Nodes.Concat([X, Y], 0)),
    ];

    private static RuleRow[] Broadcasts =>
    [
        new("elementwise of expands → expand of elementwise",
            () => Row.ExpandTo([3, 4]) * Float("s", 1, 1).ExpandTo([3, 4]),
            () => (Row * Float("s", 1, 1).ExpandTo([1, 4])).ExpandTo([3, 4])),
        new("elementwise of reshapes → reshape of elementwise",
            () => X.Reshape([12]) + Y.Reshape([12]) * 2, () => (X + Y * 2).Reshape([12])),
    ];

    private static RuleRow[] Reductions =>
    [
        new("reduce of no axes → x", () => Node.Of(new Sum([]), X), () => X),
        new("reduce of axes of extent 1 → reshape", () => Row.Max([0, 1]), () => Row.Max([1]).Reshape([])),
        new("reduce of a reduce → one reduce", () => Cube.Max(0).Max(1), () => Cube.Max([0, 2])),
        new("reduce of a permute → permute of a reduce", () => Cube.Permute(2, 0, 1).Max(1), () => Cube.Max(0).Permute(1, 0)),
        new("reduce of a unit reshape → reshape of a reduce",
            () => X.Reshape([3, 1, 4]).Max(2), () => X.Max(1).Reshape([3, 1])),
        new("reduce of a whole reshape → reduce of its operand", () => X.Reshape([2, 6]).Max(), () => X.Max()),
        new("reduce of an expand → expand of a reduce",
            () => Float("r", 2, 1, 1, 5).ExpandTo([2, 3, 4, 5]).Sum([1, 3]),
            () => (Float("r", 2, 1, 1, 5).Sum([1, 3]) * 3).ExpandTo([2, 4]), Exact: false),
        new("sum(-x) → -sum(x)", () => (-X).Sum(1), () => -X.Sum(1)),
        new("position in an axis of extent 1 → 0", () => Row.ArgMax(0), () => Nodes.Full([4], Runtime.DType.Int64, 0)),
    ];

    private static RuleRow[] Contractions =>
    [
        new("contraction of a permute → other labels",
            () => Nodes.Einsum("ij,jk->ik", Float("a", 4, 3).Permute(1, 0), Float("b", 5, 4).Permute(1, 0)),
            () => Nodes.Einsum("ji,kj->ik", Float("a", 4, 3), Float("b", 5, 4)), Exact: false),
        new("contraction of a permute → other labels",
            () => Nodes.Einsum("ij,jk->ik", Float("u", 4, 1, 3).Permute(2, 1, 0).Reshape([3, 4]), Float("b", 4, 5)),
            () => Nodes.Einsum("ji,jk->ik", Float("u", 4, 1, 3).Reshape([4, 3]), Float("b", 4, 5)), Exact: false),
        new("permute of a contraction → other labels",
            () => Nodes.Einsum("ij,jk->ik", X, Float("b", 4, 5)).Permute(1, 0),
            () => Nodes.Einsum("ij,jk->ki", X, Float("b", 4, 5)), Exact: false),
        new("contraction with labels of extent 1 → fewer labels",
            () => Nodes.Einsum("bij,bjk->bik", Float("a", 1, 3, 4), Float("c", 1, 4, 5)),
            () => Nodes.Einsum("ij,jk->ik", Float("a", 1, 3, 4).Reshape([3, 4]), Float("c", 1, 4, 5).Reshape([4, 5]))
                .Reshape([1, 3, 5]),
            Exact: false),
        new("contraction of an expand → fewer labels",
            () => Nodes.Einsum("ij,jk->ik", Row.ExpandTo([3, 4]), Float("b", 4, 5)),
            () => Nodes.Einsum("j,jk->k", Row.Reshape([4]), Float("b", 4, 5)).Reshape([1, 5]).ExpandTo([3, 5]), Exact: false),
        new("contraction that sums nothing → product",
            () => Nodes.Einsum("i,j->ji", Float("m", 3), Float("n", 4)),
            () => Float("m", 3).Reshape([1, 3]).ExpandTo([4, 3]) * Float("n", 4).Reshape([4, 1]).ExpandTo([4, 3])),
        new("sum of a contraction → contraction",
            () => Nodes.Einsum("bij,bjk->bik", Cube, Float("d", 2, 4, 5)).Sum(0),
            () => Nodes.Einsum("bij,bjk->ik", Cube, Float("d", 2, 4, 5)), Exact: false),
        new("sum of a product of repeated tensors → contraction",
            () => (Float("k", 3, 4, 1) * Float("l", 1, 4, 5)).Sum(1),
            () => Nodes.Einsum("ij,jk->ik", Float("k", 3, 4, 1).Reshape([3, 4]), Float("l", 1, 4, 5).Reshape([4, 5])),
            Exact: false),
        new("contraction led by its right operand → swapped operands",
            () => Nodes.Einsum("ij,jk->ki", X, Float("b", 4, 5)), () => Nodes.Einsum("jk,ij->ki", Float("b", 4, 5), X),
            Exact: false),
    ];
}
