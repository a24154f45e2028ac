using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>A node whose axes have names, so that they are taken by what they mean and not by where they stand.</summary>
/// <param name="Node">The node.</param>
/// <param name="Names">One name an axis.</param>
internal sealed record NamedAxes(Node Node, EquatableArray<string> Names)
{
    public bool Has(string name) => Names.Contains(name);

    public long Extent(string name) => Node.Shape[Axis(name)].Value;

    /// <summary>Zeros before and after an axis; where a count is negative, so many elements are cut off instead.</summary>
    public NamedAxes Padded(string name, long low, long high)
    {
        var (axis, extent) = (Axis(name), Extent(name));
        var first = Math.Max(0, -low);
        var kept = Math.Min(extent, extent + high) - first;
        if (kept <= 0) return this with { Node = Nodes.Full(Node.Shape.With(axis, extent + low + high), Node.Type.DType, 0) };
        return this with { Node = Node.Slice(axis, first, kept).Pad(axis, Math.Max(0, low), Math.Max(0, high)) };
    }

    /// <summary>Zeros between the elements of an axis, so that they are <paramref name="step"/> apart.</summary>
    public NamedAxes Spread(string name, long step)
    {
        var none = Node.Shape.Select(_ => (Dim)0).ToEquatable();
        var interior = Names.Select(n => n == name ? step - 1 : 0).ToEquatable();
        return step == 1 ? this : this with { Node = Node.Of(new Pad(none, none, interior, Scalar.Of(Node.Type.DType, 0L)), Node) };
    }

    /// <summary><paramref name="count"/> elements of an axis from <paramref name="start"/>, every <paramref name="step"/>-th.</summary>
    public NamedAxes Part(string name, long start, long count, long step = 1) =>
        this with { Node = Node.Slice(Axis(name), start, count, step) };

    /// <summary>Windows along an axis, which then counts them; the positions in a window become the last axis.</summary>
    public NamedAxes Windows(string name, string position, long size, long step = 1, long dilation = 1) =>
        new(Node.SlidingWindows(Axis(name), size, step, dilation), [.. Names, position]);

    public NamedAxes Flipped(string name) => this with { Node = Node.Flip(Axis(name)) };

    /// <summary>One axis as two, the first of extent <paramref name="count"/>.</summary>
    public NamedAxes Split(string name, string outer, string inner, long count)
    {
        var axis = Axis(name);
        Dim[] extents = [.. Node.Shape.Take(axis), count, Extent(name) / count, .. Node.Shape.Skip(axis + 1)];
        return new(Node.Reshape(Shape.Of(extents)), [.. Names.Take(axis), outer, inner, .. Names.Skip(axis + 1)]);
    }

    /// <summary>Two neighbouring axes as one.</summary>
    public NamedAxes Merged(string outer, string inner, string name)
    {
        var axis = Axis(outer);
        Dim[] extents = [.. Node.Shape.Take(axis), Extent(outer) * Extent(inner), .. Node.Shape.Skip(axis + 2)];
        return new(Node.Reshape(Shape.Of(extents)), [.. Names.Take(axis), name, .. Names.Skip(axis + 2)]);
    }

    /// <summary>Without the axes of those names, all of extent 1.</summary>
    public NamedAxes Squeezed(IReadOnlyCollection<string> names) => new(
        UnitAxes.Squeeze(Node, Names.Where(names.Contains).Select(Axis).ToArray()), Names.Where(n => !names.Contains(n)).ToEquatable());

    /// <summary>The axes in the order of <paramref name="names"/>, of which some may not exist.</summary>
    public NamedAxes Ordered(IEnumerable<string> names)
    {
        var order = names.Where(Has).ToEquatable();
        return new(Node.Permute([.. order.Select(Axis)]), order);
    }

    public NamedAxes Summed(string name) => Extent(name) == 1 ? Squeezed([name]) : new(Node.Sum(Axis(name)), Names.Where(n => n != name).ToEquatable());

    /// <summary>The product summed over the axes that both have and <paramref name="result"/> lacks; it may name axes that neither has.</summary>
    public NamedAxes Contract(NamedAxes other, IEnumerable<string> result)
    {
        var names = result.Where(n => Has(n) || other.Has(n)).ToEquatable();
        var all = Names.Concat(other.Names).Distinct().ToList();
        var labels = new Contraction(Labels(Names), Labels(other.Names), Labels(names));
        return new(Node.Of(labels, Node, other.Node), names);

        EquatableArray<int> Labels(IEnumerable<string> axes) => axes.Select(n => all.IndexOf(n)).ToEquatable();
    }

    private int Axis(string name) => Names.Index().First(n => n.Item == name).Index;
}
