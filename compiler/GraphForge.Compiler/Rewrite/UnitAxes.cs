using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>Axes of extent 1, which a reshape can add and remove anywhere without moving an element.</summary>
internal static class UnitAxes
{
    /// <summary>The axes whose extent is not 1, ascending.</summary>
    public static int[] Proper(Shape shape) => Enumerable.Range(0, shape.Rank).Where(a => !shape[a].Is(1)).ToArray();

    /// <summary>Whether two shapes differ in axes of extent 1 only.</summary>
    public static bool AreAllThatDiffers(Shape a, Shape b) =>
        a.Where(d => !d.Is(1)).SequenceEqual(b.Where(d => !d.Is(1)));

    /// <summary>Whether the node is a reshape that only adds and removes axes of extent 1.</summary>
    public static bool IsReshape(Node node) =>
        node.Op is Reshape reshape && AreAllThatDiffers(reshape.Shape, node.Inputs[0].Shape);

    /// <summary>
    /// For two shapes that differ in axes of extent 1 only: the axis of <paramref name="from"/> each axis of
    /// <paramref name="to"/> is; -1 for extents of 1.
    /// </summary>
    public static int[] Map(Shape from, Shape to)
    {
        var map = new int[to.Rank];
        Array.Fill(map, -1);
        foreach (var (target, source) in Proper(to).Zip(Proper(from))) map[target] = source;
        return map;
    }

    /// <summary>The node without the axes <paramref name="axes"/>, all of extent 1.</summary>
    public static Node Squeeze(Node node, IReadOnlyCollection<int> axes) =>
        node.Reshape(Shape.Of(node.Shape.Where((_, axis) => !axes.Contains(axis))));
}
