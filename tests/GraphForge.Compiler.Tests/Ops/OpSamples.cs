using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>Rows that every op and every target is tested on: plain, broadcast, size-1, empty and scalar operands.</summary>
public static class OpSamples
{
    public static IReadOnlyList<OpSample> All { get; } =
        [
            .. Unary, .. Binary, .. Logic, .. Movement, .. Reductions, .. Indexed, .. Contractions, .. Functions, .. ConvolutionSamples.All,
            .. AttentionSamples.All, .. BitSamples.All, .. IndexingSamples.All, .. ScanSamples.All, .. BranchSamples.All, .. ElementwiseSamples.All,
            .. SpecialValueSamples.All,
        ];

    /// <summary>Those whose gradients mean something: of numbers.</summary>
    public static IReadOnlyList<OpSample> OfNumbers { get; } = [.. All.Where(s => !s.Operands.Any(o => o.IsSpecial))];

    private static IEnumerable<OpSample> Unary =>
    [
        new("negate", n => -n[0], Float(3, 4)),
        new("negate int32", n => -n[0], Integer(DType.Int32, -9, 9, 5)),
        new("absolute", n => n[0].Absolute(), Float(3, 4)),
        new("absolute int64", n => n[0].Absolute(), Integer(DType.Int64, -9, 9, 5)),
        new("sign", n => n[0].Sign(), Float(7)),
        new("exp", n => n[0].Exp(), Float(3, 4)),
        new("exp of empty", n => n[0].Exp(), Float(0, 4)),
        new("exp of scalar", n => n[0].Exp(), Float()),
        new("log", n => n[0].Log(), Positive(3, 4)),
        new("sqrt", n => n[0].Sqrt(), Positive(3, 4)),
        new("sin", n => n[0].Sin(), Wide(3, 7)),
        new("cos", n => n[0].Cos(), Wide(3, 7)),
        new("tanh", n => n[0].Tanh(), Wide(3, 7)),
        new("erf", n => n[0].Erf(), Wide(3, 7)),
        new("floor", n => n[0].Floor(), Wide(3, 4)),
        new("ceiling", n => n[0].Ceiling(), Wide(3, 4)),
        new("round", n => n[0].Round(), Wide(3, 4)),
        new("not", n => !n[0], Boolean(5)),
        new("cast float to int32", n => n[0].Cast(DType.Int32), Wide(9)),
        new("cast int64 to float32", n => n[0].Cast(DType.Float32), Integer(DType.Int64, -9, 9, 9)) { HasGradient = false },
        new("cast uint8 to bool", n => n[0].Cast(DType.Bool), Integer(DType.UInt8, 0, 3, 9)),
        new("cast through float64", n => (n[0].Cast(DType.Float64) * 3).Cast(n[0].Type.DType), Float(4)),
        new("identity", n => Node.Of(new Identity("copy"), n[0]), Float(3, 4)),
        new("stop gradient", n => n[0] * n[0].StopGradient(), Float(4)) { HasGradient = false },
    ];

    private static IEnumerable<OpSample> Binary =>
    [
        new("add", n => n[0] + n[1], Float(3, 4), Float(3, 4)),
        new("add broadcast", n => n[0] + n[1], Float(3, 1, 2), Float(4, 1)),
        new("add of empty", n => n[0] + n[1], Float(0, 3), Float(3)),
        new("add to itself", n => n[0] + n[0], Float(4)),
        new("subtract", n => n[0] - n[1], Float(3, 4), Float()),
        new("subtract uint8", n => n[0] - n[1], Integer(DType.UInt8, 0, 9, 7), Integer(DType.UInt8, 0, 9, 7)),
        new("multiply", n => n[0] * n[1], Float(3, 4), Float(3, 1)),
        new("multiply int32", n => n[0] * n[1], Integer(DType.Int32, -1e6, 1e6, 9), Integer(DType.Int32, -1e6, 1e6, 9)),
        new("divide", n => n[0] / n[1], Float(3, 4), Positive(3, 4)),
        new("divide int32", n => n[0] / n[1], Integer(DType.Int32, -9, 9, 17), Integer(DType.Int32, 1, 5, 17)),
        new("remainder", n => n[0] % n[1], Wide(3, 4), Positive(3, 4)),
        new("remainder of negative", n => n[0] % n[1], Wide(3, 4), new(null, -3, -0.5, 3, 4)),
        new("remainder int64", n => n[0] % n[1], Integer(DType.Int64, -9, 9, 17), Integer(DType.Int64, 1, 5, 17)),
        new("remainder int32 of negative", n => n[0] % n[1], Integer(DType.Int32, -9, 9, 17), Integer(DType.Int32, -5, -1, 17)),
        new("power", n => n[0].Power(n[1]), Positive(3, 4), Float(3, 4)),
        new("power of constant", n => n[0].Power(3), Float(3, 4)),
        new("minimum", n => n[0].Minimum(n[1]), Float(3, 4), Float(4)),
        new("maximum", n => n[0].Maximum(n[1]), Float(3, 4), Float(4)),
        new("maximum int32", n => n[0].Maximum(0), Integer(DType.Int32, -9, 9, 7)),
        new("less", n => n[0].Less(n[1]), Float(3, 4), Float(4)),
        new("less or equal int32", n => n[0].LessOrEqual(n[1]), Integer(DType.Int32, -2, 2, 9), Integer(DType.Int32, -2, 2, 9)),
        new("greater", n => n[0].Greater(n[1]), Float(3, 4), Float(4)),
        new("greater or equal", n => n[0].GreaterOrEqual(0.25), Float(3, 4)),
        new("equal int64", n => n[0].EqualTo(n[1]), Integer(DType.Int64, -2, 2, 9), Integer(DType.Int64, -2, 2, 9)),
        new("equal bool", n => n[0].EqualTo(n[1]), Boolean(9), Boolean(9)),
        new("not equal", n => n[0].NotEqualTo(n[1]), Integer(DType.UInt8, 0, 3, 9), Integer(DType.UInt8, 0, 3, 9)),
    ];

    private static IEnumerable<OpSample> Logic =>
    [
        new("and", n => n[0] & n[1], Boolean(4, 5), Boolean(5)),
        new("or", n => n[0] | n[1], Boolean(9), Boolean(9)),
        new("xor", n => n[0] ^ n[1], Boolean(9), Boolean(9)),
        new("select", n => Nodes.Select(n[0], n[1], n[2]), Boolean(3, 4), Float(3, 4), Float(3, 4)),
        new("select broadcast", n => Nodes.Select(n[0], n[1], n[2]), Boolean(3, 1), Float(4), Float()),
        new("select int32", n => Nodes.Select(n[0], n[1], n[2]), Boolean(7), Integer(DType.Int32, -9, 9, 7), Integer(DType.Int32, -9, 9, 7)),
    ];

    private static IEnumerable<OpSample> Movement =>
    [
        new("reshape", n => n[0].Reshape([2, 6]), Float(3, 4)),
        new("reshape with ones", n => n[0].Reshape([1, 4, 1, 3, 1]), Float(2, 6)),
        new("reshape to scalar", n => n[0].Reshape(Shape.Scalar), Float(1, 1)),
        new("reshape of empty", n => n[0].Reshape([3, 0]), Float(0, 5)),
        new("permute", n => n[0].Permute(2, 0, 1), Float(2, 3, 4)),
        new("transpose then reshape", n => n[0].Transpose().Reshape([3, 4]), Float(4, 3)),
        new("expand", n => n[0].ExpandTo([2, 3, 4]), Float(3, 1)),
        new("expand to empty", n => n[0].ExpandTo([0, 3]), Float(1, 3)),
        new("slice", n => n[0].Slice(1, 1, 2), Float(3, 4)),
        new("slice with step", n => n[0].Slice(0, 1, 3, 3), Float(9, 2)),
        new("slice to nothing", n => n[0].Slice(-1, 2, 0), Float(3, 2)),
        new("pad", n => n[0].Pad(0, 1, 2).Pad(1, 0, 1, 7.5), Float(2, 3)),
        new("pad of empty", n => n[0].Pad(0, 2, 1, -1), Float(0, 2)),
        new("pad interior", n => Node.Of(new Pad([1, 0], [0, 2], [2, 1], Scalar.Of(n[0].Type.DType, 3.0)), n[0]), Float(3, 2)),
        new("pad of slice", n => n[0].Slice(0, 1, 3, 2).Pad(0, 1, 1), Float(7)),
        new("flip", n => n[0].Flip(0, 2), Float(2, 3, 4)),
        new("fused", n => Nodes.Fused("piece", [n[0], n[1]], o =>
            Nodes.Einsum("aq,ntqc->ntac", Nodes.Constant(Literal.Of<float>([1, 0, -1, 0.5f, 2, 1], 2, 3)).Cast(o[0].Type.DType),
                (o[0] * o[1]).SlidingWindows(1, 3, step: 2).Permute(0, 1, 3, 2))), Float(2, 7, 4), Float(2, 7, 4)),
        new("sliding windows", n => n[0].SlidingWindows(0, 3), Float(5, 2)),
        new("sliding windows apart", n => n[0].SlidingWindows(1, 2, step: 3, dilation: 2), Float(2, 8, 2)),
        new("windows of windows", n => n[0].SlidingWindows(0, 2).SlidingWindows(1, 3, step: 2), Float(4, 7)),
        new("concat", n => Nodes.Concat([n[0], n[1], n[2]], 1), Float(2, 1), Float(2, 0), Float(2, 3)),
        new("concat with itself", n => Nodes.Concat([n[0], n[0]], 0), Float(3)),
        new("concat of empty", n => Nodes.Concat([n[0], n[0]], 0), Float(0, 2)),
        new("stack", n => Nodes.Stack([n[0], n[1]], -1), Float(3), Float(3)),
        new("unsqueeze and squeeze", n => n[0].Unsqueeze(1).Squeeze(0), Float(1, 3)),
    ];

    private static IEnumerable<OpSample> Reductions =>
    [
        new("sum", n => n[0].Sum(1), Float(3, 4)),
        new("sum of all", n => n[0].Sum(), Float(3, 4)),
        new("sum of outer and inner", n => n[0].Sum([0, -1], keepDims: true), Float(2, 3, 4)),
        new("sum of nothing", n => n[0].Sum(0), Float(0, 3)),
        new("sum to nothing", n => n[0].Sum(1), Float(0, 3)),
        new("sum int32", n => n[0].Sum(0), Integer(DType.Int32, -9, 9, 5, 3)),
        new("sum of size 1", n => n[0].Sum(), Float(1, 1)),
        new("product", n => n[0].Prod([0, 2]), Float(2, 3, 2)),
        new("product of nothing", n => n[0].Prod(1), Float(2, 0)),
        new("product int64", n => n[0].Prod(), Integer(DType.Int64, 1, 5, 9)),
        new("maximum along axis", n => n[0].Max(0), Float(5, 3)),
        new("maximum of all", n => n[0].Max(), Float(5, 3)),
        new("minimum along axis", n => n[0].Min(-1, keepDims: true), Float(5, 3)),
        new("minimum uint8", n => n[0].Min(), Integer(DType.UInt8, 3, 200, 9)),
        new("argmaximum", n => n[0].ArgMax(1), Float(5, 7)),
        new("argmaximum of ties", n => n[0].ArgMax(0), Integer(DType.Int32, 0, 3, 9, 4)),
        new("argminimum", n => n[0].ArgMin(0, keepDims: true), Float(5, 3)),
        new("mean", n => n[0].Mean(-1), Float(3, 4)),
        new("mean of all", n => n[0].Mean(), Float(3, 4)),
    ];

    private static IEnumerable<OpSample> Indexed =>
    [
        new("gather rows", n => n[0].Gather(0, n[1]), Float(5, 3), Integer(DType.Int64, 0, 4.9, 4)),
        new("gather by matrix along last axis", n => n[0].Gather(-1, n[1]), Float(2, 5), Integer(DType.Int32, 0, 4.9, 3, 2)),
        new("gather by scalar", n => n[0].Gather(1, n[1]), Float(2, 5, 3), Integer(DType.Int32, 0, 4.9)),
        new("gather by nothing", n => n[0].Gather(0, n[1]), Float(5, 3), Integer(DType.Int64, 0, 4.9, 0)),
        new("scatter add rows", n => n[0].ScatterAdd(0, n[1], 3), Float(6, 2), Integer(DType.Int64, 0, 2.9, 6)),
        new("scatter add by matrix", n => n[0].ScatterAdd(-1, n[1], 4), Float(2, 3, 2), Integer(DType.Int32, 0, 3.9, 3, 2)),
        new("scatter add by scalar", n => n[0].ScatterAdd(0, n[1], 4), Float(3), Integer(DType.UInt8, 0, 3.9)),
        new("scatter add of nothing", n => n[0].ScatterAdd(0, n[1], 4), Float(0, 3), Integer(DType.Int64, 0, 3.9, 0)),
        new("scatter add int32", n => n[0].ScatterAdd(0, n[1], 4), Integer(DType.Int32, -9, 9, 9), Integer(DType.Int64, 0, 3.9, 9)),
        new("random uniform", n => Nodes.RandomUniform([3, 5], 7, n[0]), Integer(DType.Int64, 1e10, 2e10)),
        new("iota", n => Nodes.Iota(5, n[0].Type.DType) * n[0], Float(5)),
        new("dim size", n => n[0] * Nodes.DimSize(5).Cast(n[0].Type.DType), Float(5)),
    ];

    private static IEnumerable<OpSample> Contractions =>
    [
        new("matmul", n => Nodes.MatMul(n[0], n[1]), Float(3, 4), Float(4, 2)),
        new("matmul of vector", n => Nodes.MatMul(n[0], n[1]), Float(3, 4), Float(4)),
        new("matmul of row", n => Nodes.MatMul(n[0], n[1]), Float(4), Float(2, 4, 3)),
        new("matmul batched", n => Nodes.MatMul(n[0], n[1]), Float(2, 1, 3, 2), Float(5, 2, 2)),
        new("matmul of empty", n => Nodes.MatMul(n[0], n[1]), Float(3, 0), Float(0, 2)),
        new("einsum attention", n => Nodes.Einsum("bqhd,bkhd->bhqk", n[0], n[1]), Float(2, 3, 2, 2), Float(2, 4, 2, 2)),
        new("einsum with summed axis", n => Nodes.Einsum("ij,k->k", n[0], n[1]), Float(2, 3), Float(4)),
        new("einsum of one extents", n => Nodes.Einsum("ij,ij->ji", n[0], n[1]), Float(1, 3), Float(2, 3)),
    ];

    private static IEnumerable<OpSample> Functions =>
    [
        new("softmax", n => n[0].Softmax(-1), Wide(3, 5)),
        new("softmax of outer axis", n => n[0].Softmax(0), Wide(3, 5)),
        new("log softmax", n => n[0].LogSoftmax(1), Wide(3, 5)),
        new("relu", n => n[0].Relu(), Float(3, 5)),
        new("sigmoid", n => n[0].Sigmoid(), Wide(3, 5)),
        new("gelu", n => n[0].Gelu(), Wide(3, 5)),
        new("reciprocal", n => n[0].Reciprocal(), Positive(7)),
        new("rsqrt", n => n[0].Rsqrt(), Positive(7)),
        new("square", n => n[0].Square(), Float(7)),
        new("normalise rows", n => (n[0] - n[0].Mean(-1, true)) / ((n[0] - n[0].Mean(-1, true)).Square().Mean(-1, true) + 1e-3).Sqrt(), Float(3, 5)),
    ];

    private static SampleOperand Float(params long[] dims) => new(null, -2, 2, dims);

    private static SampleOperand Wide(params long[] dims) => new(null, -8, 8, dims);

    private static SampleOperand Positive(params long[] dims) => new(null, 0.5, 3, dims);

    private static SampleOperand Boolean(params long[] dims) => new(DType.Bool, 0, 1, dims);

    private static SampleOperand Integer(DType type, double low, double high, params long[] dims) => new(type, low, high, dims);
}
