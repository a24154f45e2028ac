using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Leaves one kind of convolution for schedules to deal with: without padding, its operands plain loads. Padding becomes an
/// op of its own, and the input gradient becomes the convolution of the padded (for strides also spread) cotangent with the
/// flipped weights, input and output channels swapped.
/// </summary>
public static class ExplicitConvolutions
{
    public static ComputationGraph Run(ComputationGraph graph) => Topology.Rebuild(graph, (node, inputs) => node.Op switch
    {
        Convolution c => Pad(c.Geometry, inputs[0]) is var x && x == inputs[0]
            ? node.WithInputs(inputs)
            : Node.Of(new Convolution(WithoutPadding(c.Geometry)), x, inputs[1]),
        ConvolutionWeightGradient w => Pad(w.Geometry, inputs[0]) is var x && x == inputs[0]
            ? node.WithInputs(inputs)
            : Node.Of(w with { Geometry = WithoutPadding(w.Geometry) }, x, inputs[1]),
        ConvolutionInputGradient g => InputGradient(g, inputs[0], inputs[1]) ?? node.WithInputs(inputs),
        _ => node.WithInputs(inputs),
    });

    private static ConvolutionGeometry WithoutPadding(ConvolutionGeometry geometry)
    {
        var none = geometry.PadLow.Select(_ => 0L).ToEquatable();
        return geometry with { PadLow = none, PadHigh = none };
    }

    private static Node Pad(ConvolutionGeometry geometry, Node x)
    {
        if (geometry.PadLow.Concat(geometry.PadHigh).All(p => p == 0)) return x;
        return PadSpatial(x, geometry.PadLow, geometry.PadHigh, geometry.PadLow.Select(_ => 0L));
    }

    private static Node PadSpatial(Node x, IEnumerable<long> low, IEnumerable<long> high, IEnumerable<long> interior) => Node.Of(
        new Pad(Dims(low), Dims(high), new long[] { 0, 0 }.Concat(interior).ToEquatable(), Scalar.Of(x.Type.DType, 0L)), x);

    private static EquatableArray<Dim> Dims(IEnumerable<long> spatial) =>
        new long[] { 0, 0 }.Concat(spatial).Select(d => (Dim)d).ToEquatable();

    /// <summary>
    /// Position i of the input meets kernel position k in window p where i + low = p·s + k·d. With the cotangent spread by s
    /// and (K−1)·d − low zeros in front, that is an unpadded convolution of stride 1. Null where a padding would be negative.
    /// </summary>
    private static Node? InputGradient(ConvolutionInputGradient op, Node cotangent, Node weight)
    {
        var geometry = op.Geometry;
        var rank = geometry.SpatialRank;
        var (low, high, interior) = (new long[rank], new long[rank], new long[rank]);
        for (var axis = 0; axis < rank; axis++)
        {
            var reach = (weight.Shape[axis + 2].Value - 1) * geometry.Dilation[axis];
            var spread = (cotangent.Shape[axis + 2].Value - 1) * geometry.Stride[axis] + 1;
            low[axis] = reach - geometry.PadLow[axis];
            high[axis] = op.InputShape[axis + 2].Value + reach - low[axis] - spread;
            interior[axis] = geometry.Stride[axis] - 1;
            if (low[axis] < 0 || high[axis] < 0) return null;
        }
        var ones = Enumerable.Repeat(1L, rank).ToEquatable();
        return Node.Of(new Convolution(WithoutPadding(geometry) with { Stride = ones }),
            PadSpatial(cotangent, low, high, interior), Transposed(weight, geometry.Groups));
    }

    /// <summary>w[O, C / groups, k…] as [C, O / groups, k…] with every kernel axis reversed.</summary>
    private static Node Transposed(Node weight, int groups)
    {
        var spatial = weight.Shape.Skip(2).Select(d => d.Value).ToArray();
        var (outputs, channels) = (weight.Shape[0].Value, weight.Shape[1].Value);
        var axes = Enumerable.Range(2, spatial.Length).ToEquatable();
        var flipped = spatial.Length == 0 ? weight : Node.Of(new Flip(axes), weight);
        if (groups == 1) return Node.Of(new Permute(new[] { 1, 0 }.Concat(axes).ToEquatable()), flipped);
        var split = Node.Of(new Reshape(Shape.Of([groups, outputs / groups, channels, .. spatial])), flipped);
        var swapped = Node.Of(new Permute(new[] { 0, 2, 1 }.Concat(axes.Select(a => a + 1)).ToEquatable()), split);
        return Node.Of(new Reshape(Shape.Of([groups * channels, outputs / groups, .. spatial])), swapped);
    }
}
