using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

/// <summary>Rows for ops whose data chooses elements one by one: repeated, missing and outlying indices, nothing to choose.</summary>
public static class IndexingSamples
{
    public static IReadOnlyList<OpSample> All { get; } = [.. Gathers, .. Scatters, .. Sorts];

    private static IEnumerable<OpSample> Gathers =>
    [
        new("gather elements", n => n[0].GatherElements(1, n[1]), Float(3, 5), Index(4.9, 3, 7)),
        new("gather elements of outer axis", n => n[0].GatherElements(0, n[1]), Float(5, 2, 3), Index(4.9, 2, 2, 3)),
        new("gather elements of inner axis", n => n[0].GatherElements(-2, n[1]), Float(2, 3, 20), new(DType.Int32, 0, 2.9, 2, 4, 20)),
        new("gather elements of one", n => n[0].GatherElements(0, n[1]), Float(1), Index(0.9, 4)),
        new("gather elements outside", n => n[0].GatherElements(0, n[1]), Float(3, 4), new(DType.Int64, -2, 5, 6, 4)) { HasGradient = false },
        new("gather no elements", n => n[0].GatherElements(1, n[1]), Float(3, 5), Index(4.9, 3, 0)),
        new("gather elements uint8", n => n[0].GatherElements(0, n[1]), new(DType.Int32, -9, 9, 6), new(DType.UInt8, 0, 5.9, 9)),
    ];

    private static IEnumerable<OpSample> Scatters =>
    [
        new("scatter elements", n => n[0].ScatterElements(1, n[1], 4), Float(3, 6), Index(3.9, 3, 6)),
        new("scatter elements of outer axis", n => n[0].ScatterElements(0, n[1], 7), Float(5, 2, 3), Index(6.9, 5, 2, 3)),
        new("scatter elements to one", n => n[0].ScatterElements(0, n[1], 1), Float(4), Index(0.9, 4)),
        new("scatter elements outside", n => n[0].ScatterElements(1, n[1], 3), Float(2, 9), new(DType.Int32, -2, 5, 2, 9)),
        new("scatter no elements", n => n[0].ScatterElements(1, n[1], 3), Float(2, 0), Index(2.9, 2, 0)),
        new("scatter elements to nothing", n => n[0].ScatterElements(0, n[1], 0), Float(3, 2), Index(2.9, 3, 2)),
        new("scatter maximum", n => Reached(n[0].ScatterElements(0, n[1], 4, ReduceFunction.Maximum)), Float(9, 2), Index(3.9, 9, 2)),
        new("scatter maximum outside", n => Reached(n[0].ScatterElements(1, n[1], 3, ReduceFunction.Maximum)),
            Float(2, 9), new(DType.Int32, -2, 5, 2, 9)),
        new("scatter minimum", n => Reached(n[0].ScatterElements(-1, n[1], 5, ReduceFunction.Minimum)), Float(3, 4), Index(4.9, 3, 4)),
        new("scatter maximum int64", n => n[0].ScatterElements(0, n[1], 5, ReduceFunction.Maximum),
            new(DType.Int64, -9, 9, 4, 3), Index(4.9, 4, 3)),
        new("scatter minimum uint8", n => n[0].ScatterElements(0, n[1], 5, ReduceFunction.Minimum),
            new(DType.UInt8, 0, 200, 4, 3), Index(4.9, 4, 3)),
    ];

    private static IEnumerable<OpSample> Sorts =>
    [
        new("argsort", n => n[0].ArgSort(1), Float(3, 5)),
        new("argsort descending", n => n[0].ArgSort(-1, descending: true), Float(2, 37)),
        new("argsort of outer axis", n => n[0].ArgSort(0), Float(20, 3)),
        new("argsort of middle axis", n => n[0].ArgSort(1, descending: true), Float(2, 17, 2)),
        new("argsort of ties", n => n[0].ArgSort(0), new SampleOperand(DType.Int32, 0, 3, 40)),
        new("argsort of ties descending", n => n[0].ArgSort(0, descending: true), new SampleOperand(DType.Int64, 0, 3, 33)),
        new("argsort of bool", n => n[0].ArgSort(0), new SampleOperand(DType.Bool, 0, 1, 19)),
        new("argsort of uint8", n => n[0].ArgSort(0, descending: true), new SampleOperand(DType.UInt8, 0, 9, 64)),
        new("argsort of one", n => n[0].ArgSort(1), Float(3, 1)),
        new("argsort of nothing", n => n[0].ArgSort(0), Float(0, 3)),
        new("sort", n => n[0].GatherElements(1, n[0].ArgSort(1)), Float(2, 9)),
    ];

    /// <summary>0 in place of the infinities where nothing arrived, which would drown every difference.</summary>
    private static Compiler.Graph.Node Reached(Compiler.Graph.Node extremes) =>
        Nodes.Select(extremes.Absolute().Less(1e30), extremes, extremes.ZerosLike());

    private static SampleOperand Float(params long[] dims) => new(null, -2, 2, dims);

    private static SampleOperand Index(double high, params long[] dims) => new(DType.Int64, 0, high, dims);
}
