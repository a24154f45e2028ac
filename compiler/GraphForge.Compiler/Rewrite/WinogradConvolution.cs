using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// A convolution of stride 1 tile by tile, by <see cref="CookToom"/> along every spatial axis of kernel extent beyond 1: the
/// image's tiles and the weights are transformed, multiplied as one matrix product for each combination of the axes' products,
/// and the results transformed back. Axes are named as in <see cref="WindowedContraction"/>; aᵢ counts the products of axis i,
/// qᵢ the elements of a tile.
/// </summary>
/// <param name="products">Products along an axis, t.</param>
/// <param name="kernel">Kernel extents.</param>
internal sealed class WinogradConvolution(long products, IReadOnlyList<long> kernel)
{
    private readonly int[] _axes = [.. Enumerable.Range(0, kernel.Count).Where(a => kernel[a] > 1)];

    /// <summary>y[n, p, result] = Σ over k and summed of x[n, p + k − low, summed] · w[k, summed, result].</summary>
    /// <param name="x">Axes n, p and <paramref name="summed"/>.</param>
    /// <param name="w">Axes k, <paramref name="summed"/> and <paramref name="result"/>.</param>
    /// <param name="low">Zeros before each spatial axis; where negative, elements cut off.</param>
    /// <param name="extents">Of the result, along each spatial axis.</param>
    /// <param name="summed">Channels of the image.</param>
    /// <param name="result">Channels of the result.</param>
    public NamedAxes Convolve(NamedAxes x, NamedAxes w, IReadOnlyList<long> low, IReadOnlyList<long> extents, string summed, string result)
    {
        var u = Fused("kernelTransform", [w], o => Transformed(
            o[0].Ordered([.. All('k'), summed, result]), 'k', 'a', axis => Sums(axis).Filter));
        return Fused("convolution", [x, u], o =>
        {
            var product = Tiles(o[0], low, extents).Contract(o[1], ["n", .. All('p'), .. All('a'), result]);
            var y = Transformed(product, 'a', 'q', axis => Sums(axis).Output);
            y = y.Ordered(["n", .. All('p').Zip(All('q')).SelectMany(p => new[] { p.First, p.Second }), result]);
            foreach (var axis in _axes) y = y.Merged($"p{axis}", $"q{axis}", $"p{axis}").Part($"p{axis}", 0, extents[axis]);
            return y;
        });
    }

    /// <summary>
    /// dw[part, k, c, o] = Σ over the part's n and p of x[n, p + k − low, c] · dy[n, p, o]. The rows of tiles of all images are
    /// cut into <paramref name="parts"/> equal parts.
    /// </summary>
    public NamedAxes WeightGradient(NamedAxes x, NamedAxes dy, IReadOnlyList<long> low, long parts) => Fused("weightGradient", [x, dy], o =>
    {
        var cotangent = o[1];
        var extents = All('p').Select(cotangent.Extent).ToArray();
        foreach (var axis in _axes)
        {
            var tiles = Tiles(axis, extents[axis]);
            cotangent = cotangent.Padded($"p{axis}", 0, tiles * Tile(axis) - extents[axis]).Split($"p{axis}", $"p{axis}", $"q{axis}", tiles);
        }
        var (images, cotangents) = (Rows(Tiles(o[0], low, extents)), Rows(Transformed(cotangent, 'q', 'a', axis => Taps(axis).Filter)));
        var product = images.Contract(cotangents, ["part", .. All('a'), "c", "o"]);
        return Transformed(product, 'a', 'k', axis => Taps(axis).Output).Ordered(["part", .. All('k'), "c", "o"]);

        NamedAxes Rows(NamedAxes tiles) => tiles
            .Ordered(["n", .. All('p'), .. All('a'), "c", "o"]).Merged("n", "p0", "row").Split("row", "part", "row", parts);
    });

    /// <summary>Rows of tiles of all images.</summary>
    public long TileRows(long batch, long extent) => batch * Tiles(0, extent);

    /// <summary>Results of a tile along an axis.</summary>
    private long Tile(int axis) => kernel[axis] > 1 ? products - kernel[axis] + 1 : 1;

    private long Tiles(int axis, long extent) => (extent + Tile(axis) - 1) / Tile(axis);

    private CookToom Sums(int axis) => new((int)Tile(axis), (int)kernel[axis]);

    private CookToom Taps(int axis) => new((int)kernel[axis], (int)Tile(axis));

    private string[] All(char prefix) => kernel.Select((_, axis) => $"{prefix}{axis}").ToArray();

    /// <summary>The image's overlapping tiles, transformed.</summary>
    private NamedAxes Tiles(NamedAxes x, IReadOnlyList<long> low, IReadOnlyList<long> extents)
    {
        for (var axis = 0; axis < kernel.Count; axis++)
        {
            var reach = Tiles(axis, extents[axis]) * Tile(axis) + kernel[axis] - 1;
            x = x.Padded($"p{axis}", low[axis], reach - low[axis] - x.Extent($"p{axis}"));
        }
        foreach (var axis in _axes) x = x.Windows($"p{axis}", $"q{axis}", products, Tile(axis));
        return Transformed(x, 'q', 'a', axis => Sums(axis).Data);
    }

    /// <summary>A transform along every axis, the last one first.</summary>
    private NamedAxes Transformed(NamedAxes x, char from, char to, Func<int, double[,]> matrix)
    {
        foreach (var axis in _axes.Reverse())
        {
            var (source, target) = ($"{from}{axis}", $"{to}{axis}");
            x = Constant(matrix(axis), x.Node.Type.DType, target, source).Contract(x, x.Names.Select(n => n == source ? target : n));
        }
        return x;
    }

    private static NamedAxes Constant(double[,] matrix, DType type, string row, string column)
    {
        var columns = matrix.GetLength(1);
        var literal = new Literal(new TensorType(type, Shape.Of(matrix.GetLength(0), columns)));
        for (var i = 0; i < literal.Count; i++) literal[i] = Scalar.Of(type, matrix[i / columns, i % columns]);
        return new NamedAxes(Nodes.Constant(literal), [row, column]);
    }

    private static NamedAxes Fused(string label, NamedAxes[] operands, Func<NamedAxes[], NamedAxes> build)
    {
        EquatableArray<string> names = [];
        var node = Nodes.Fused(label, operands.Select(o => o.Node).ToArray(), inside =>
        {
            var result = build(inside.Zip(operands, (n, o) => new NamedAxes(n, o.Names)).ToArray());
            names = result.Names;
            return result.Node;
        });
        return new NamedAxes(node, names);
    }
}
