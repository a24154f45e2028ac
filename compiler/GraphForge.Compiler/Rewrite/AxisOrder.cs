using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// [N, C, spatial…] as [N, spatial…, C]: what becomes of axes, shapes and of the ops that do to the one what they did to the
/// other.
/// </summary>
internal static class AxisOrder
{
    /// <summary>The axis of [N, C, spatial…] that stands at each place of [N, spatial…, C].</summary>
    public static int[] Last(int rank) => [0, .. Enumerable.Range(2, rank - 2), 1];

    /// <summary>The axis of [N, spatial…, C] that stands at each place of [N, C, spatial…].</summary>
    public static int[] First(int rank) => [0, rank - 1, .. Enumerable.Range(1, rank - 2)];

    /// <summary>Where axis <paramref name="axis"/> of [N, C, spatial…] stands in [N, spatial…, C].</summary>
    public static int Place(int axis, int rank) => axis switch { 0 => 0, 1 => rank - 1, _ => axis - 1 };

    /// <summary>
    /// The op that computes a node in [N, spatial…, C] from operands in that order; null where there is none or the node is no
    /// image.
    /// </summary>
    public static Op? Moved(Node node)
    {
        var rank = node.Shape.Rank;
        if (rank < 3 || node.Inputs.Length == 0 || node.Inputs.ToArray().Any(i => i.Shape.Rank != rank)) return null;
        return node.Op switch
        {
            ElementwiseOp or StopGradient => node.Op,
            Expand expand => new Expand(Reordered(expand.Shape)),
            Pad pad => pad with { Low = Reordered(pad.Low), High = Reordered(pad.High), Interior = Reordered(pad.Interior) },
            Slice slice => new Slice(Reordered(slice.Starts), Reordered(slice.Lengths), Reordered(slice.Steps)),
            Flip flip => new Flip(flip.Axes.Select(a => Place(a, rank)).Order().ToEquatable()),
            Concat concat => new Concat(Place(concat.Axis, rank)),
            _ => MovedWindows(node.Op, rank),
        };
    }

    public static Shape Reordered(Shape shape) => new(Reordered(shape.Dims));

    private static EquatableArray<T> Reordered<T>(EquatableArray<T> entries) =>
        Last(entries.Count).Select(a => entries[a]).ToEquatable();

    private static Op? MovedWindows(Op op, int rank) => op switch
    {
        WindowExtreme extreme => Moved(extreme.Geometry, rank) is { } g ? extreme with { Geometry = g } : null,
        WindowArgExtreme extreme => Moved(extreme.Geometry, rank) is { } g ? extreme with { Geometry = g } : null,
        WindowSum sum => Moved(sum.Geometry, rank) is { } g ? new WindowSum(g) : null,
        WindowSpread spread => Moved(spread.Geometry, rank) is { } g ? new WindowSpread(g, Reordered(spread.InputShape)) : null,
        WindowGather gather => Moved(gather.Geometry, rank) is { } g ? new WindowGather(g) : null,
        WindowScatter scatter => Moved(scatter.Geometry, rank) is { } g ? new WindowScatter(g, Reordered(scatter.InputShape)) : null,
        _ => null,
    };

    /// <summary>Windows of one channel along the last axis; null where the windows slide over channels or samples.</summary>
    private static WindowGeometry? Moved(WindowGeometry windows, int rank) => windows.Rank > rank - 2 ? null : new(
        [.. windows.Kernel, 1], [.. windows.Stride, 1], [.. windows.PadLow, 0], [.. windows.PadHigh, 0], [.. windows.Dilation, 1]);
}
