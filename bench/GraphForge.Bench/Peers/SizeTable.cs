using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Bench.Peers;

/// <summary>Kernels of sizes that are no power of two, so that a schedule which fits a few sizes only is seen.</summary>
public static class SizeTable
{
    /// <summary>Rows, summed elements and columns: primes, single rows and columns, long and short sums.</summary>
    private static readonly long[][] Products =
    [
        [127, 127, 127], [131, 257, 509], [257, 257, 257], [509, 131, 1021], [509, 509, 509], [1021, 1021, 1021],
        [1, 1021, 509], [3, 509, 1021], [17, 1021, 257], [1021, 509, 1], [1021, 1021, 3], [1021, 17, 1021], [10007, 30, 51], [30, 10007, 51],
    ];

    /// <summary>Images, channels, extent of an image, channels of the result.</summary>
    private static readonly long[][] Convolutions =
        [[1, 3, 61, 17], [8, 3, 61, 30], [8, 17, 31, 30], [8, 30, 31, 51], [8, 51, 29, 51], [5, 51, 13, 131], [512, 17, 7, 30]];

    /// <summary>Images, channels, extent of an image, stride.</summary>
    private static readonly long[][] Depthwise =
        [[8, 32, 56, 1], [8, 32, 56, 2], [8, 144, 28, 1], [8, 144, 28, 2], [8, 576, 14, 1], [8, 30, 57, 1], [1, 51, 29, 1], [1, 960, 7, 1]];

    private static readonly long[][] Rows = [[4096, 1000], [4093, 1023], [67, 50257], [100003, 17]];

    public static IReadOnlyList<Work> All { get; } = Array.ConvertAll<KernelWork, Work>(
    [
        .. Products.Select(Product),
        .. from size in Convolutions from direction in Directions select Convolution("convolution", direction, new(size[0], size[1], size[2], size[3], 1, 1)),
        .. from size in Depthwise from direction in Directions select Convolution("depthwise", direction, new(size[0], size[1], size[2], size[1], size[3], size[1])),
        .. Rows.Select(r => new KernelWork(Name("softmax", r), [("x", r)], x => x[0].Softmax(1), 0)),
        .. Rows.Select(r => new KernelWork(Name("layernorm", r), [("x", r), ("weight", [r[1]]), ("bias", [r[1]])],
            x => Functional.LayerNorm(x[0], [r[1]], x[1], x[2]), 0)),
    ], work => work with { IsExported = false });

    private static IEnumerable<string> Directions => ["forward", "input", "weight"];

    private static string Name(string kind, IEnumerable<long> size) => $"{kind}-{string.Join('x', size)}";

    private static KernelWork Product(long[] size) => new(Name("product", size), [("a", [size[0], size[1]]), ("b", [size[1], size[2]])],
        x => x[0].MatMul(x[1]), 2.0 * size[0] * size[1] * size[2]);

    /// <summary>Windows of 3 × 3, padded by 1; images have their channels last, as within a larger program.</summary>
    private static KernelWork Convolution(string kind, string direction, Images images)
    {
        var (result, channels) = ((images.Extent - 1) / images.Stride + 1, images.Channels / images.Groups);
        var geometry = ConvolutionGeometry.Of(2, images.Stride, padding: 1, groups: (int)images.Groups);
        (string, long[]) x = ("x", [images.Count, images.Extent, images.Extent, images.Channels]);
        (string, long[]) weight = ("weight", [images.Results, channels, 3, 3]);
        (string, long[]) cotangent = ("cotangent", [images.Count, result, result, images.Results]);
        var name = Name(kind, [images.Count, images.Channels, images.Extent, kind == "depthwise" ? images.Stride : images.Results]) + $"-{direction}";
        var flops = 2.0 * images.Count * result * result * images.Results * channels * 9;
        return direction switch
        {
            "forward" => new(name, [x, weight], t => Last(Compiler.Ops.Convolutions.Convolve(First(t[0]), t[1].Node, geometry)), flops),
            "input" => new(name, [cotangent, weight], t => Last(Compiler.Ops.Convolutions.ConvolveTransposed(
                First(t[0]), t[1].Node, geometry, Shape.Of(images.Count, images.Channels, images.Extent, images.Extent))), flops),
            _ => new(name, [x, cotangent], t => new Tensor(Node.Of(new ConvolutionWeightGradient(geometry, Shape.Of(weight.Item2)), First(t[0]), First(t[1]))), flops)
           ,
        };
    }

    private static Node First(Tensor image) => image.Node.Permute(0, 3, 1, 2);

    private static Tensor Last(Node image) => new(image.Permute(0, 2, 3, 1));

    private sealed record Images(long Count, long Channels, long Extent, long Results, long Stride, long Groups);
}
