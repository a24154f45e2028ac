using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Ops;

/// <summary>
/// Every product a convolution sums, as row-major offsets into input, weight and output. The convolution and its two
/// transposes sum the same products into different places.
/// </summary>
internal static class ConvolutionTerms
{
    public static IEnumerable<(int Input, int Weight, int Output)> Of(ConvolutionGeometry geometry, Shape input, Shape weight)
    {
        var windows = geometry.Windows(weight);
        var output = geometry.OutputShape(new Convolution(geometry), input, weight);
        var (inputStrides, weightStrides, outputStrides) = (input.Strides(), weight.Strides(), output.Strides());
        var outputsPerGroup = weight[0].Value / geometry.Groups;
        foreach (var at in IndexSpace.Each(output.Values))
            foreach (var tap in IndexSpace.Each([.. weight.Values.Skip(1)]))
            {
                var channel = at[1] / outputsPerGroup * weight[1].Value + tap[0];
                if (windows.Locate(at.AsSpan(2), tap.AsSpan(1), input.Dims.AsSpan()[2..]) is not { } element) continue;
                yield return (
                    IndexSpace.Offset([at[0], channel, .. element], inputStrides),
                    IndexSpace.Offset([at[1], .. tap], weightStrides),
                    IndexSpace.Offset(at, outputStrides));
            }
    }
}
