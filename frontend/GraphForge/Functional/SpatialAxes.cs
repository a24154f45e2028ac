using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge;

/// <summary>The trailing axes of a batch [N, C, spatial…], and settings with an entry for each of them.</summary>
internal static class SpatialAxes
{
    private static readonly string[] Letters = ["D", "H", "W"];
    private static readonly string[] Names = ["depth", "height", "width"];

    /// <summary><c>3</c> where all entries are equal, else <c>(3, 5)</c>.</summary>
    public static string Text(IReadOnlyList<long> entries) =>
        entries.Distinct().Count() == 1 ? $"{entries[0]}" : $"({string.Join(", ", entries)})";

    /// <summary>The shape that layers over so many spatial axes take: <c>[N, 3, H, W]</c>.</summary>
    public static string Layout(int spatialRank, object channels) => spatialRank == 0
        ? $"[N, {channels}]"
        : $"[N, {channels}, {(spatialRank == 1 ? "L" : string.Join(", ", Letters[(3 - spatialRank)..]))}]";

    /// <summary>What a sample with so many spatial axes is called, in the plural.</summary>
    public static string Samples(int spatialRank) => spatialRank switch { 1 => "sequences", 2 => "images", _ => "volumes" };

    /// <summary>What the axis is called: length, or depth, height and width.</summary>
    public static string Name(int axis, int spatialRank) => spatialRank == 1 ? "length" : Names[3 - spatialRank + axis];

    /// <summary>An array with <paramref name="value"/> for each axis.</summary>
    public static EquatableArray<long> Each(int spatialRank, long value) => Enumerable.Repeat(value, spatialRank).ToEquatable();

    /// <summary>A tensor of one value a channel, [C], as [C, 1, …], which broadcasts over so many spatial axes.</summary>
    public static Tensor PerChannel(Tensor values, int spatialRank) =>
        values.Reshape([-1, .. Enumerable.Repeat((Dim)1, spatialRank)]);

    /// <summary>The axes after batch and channels.</summary>
    public static int[] Of(Tensor input) => [.. Enumerable.Range(2, Math.Max(0, input.Rank - 2))];

    /// <summary>Spatial extents that a transposed convolution gives for an input [N, C, spatial…].</summary>
    public static Dim[] Transposed(WindowGeometry windows, Shape input, EquatableArray<long> outputPadding) =>
    [
        .. outputPadding.Select((more, axis) =>
            (input[axis + 2] - 1) * windows.Stride[axis] + windows.Reach(axis) - 2 * windows.PadLow[axis] + more),
    ];
}
