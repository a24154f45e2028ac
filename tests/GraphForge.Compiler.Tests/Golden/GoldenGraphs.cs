using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Golden;

/// <summary>One graph for each kind of kernel, with extents small enough to read the code and odd enough to need tails.</summary>
public static class GoldenGraphs
{
    public static IReadOnlyList<GoldenGraph> All { get; } =
    [
        new("elementwise", () => [("y", (Input("g_x", 3, 37) * Input("g_scale", 3, 1) + Input("g_shift", 37)).Tanh())]),
        new("softmax_cross_entropy", SoftmaxCrossEntropy) { Classes = 10 },
        new("contraction", () => [("y", (Nodes.MatMul(Input("g_x", 13, 24), Input("g_w", 24, 40)) + Input("g_b", 40)).Relu())]),
        new("contraction_gelu", ContractionGelu),
        new("convolution", () => Convolution(3)),
        new("convolution_channels_last", () => Convolution(20)),
        new("column_sum", () => [("y", Input("g_x", 50, 24).Square().Sum([0]))]),
        new("max_pool_gradient", MaxPoolGradient),
        new("dropout", Dropout),
        new("scatter", () => [("y", Input("g_x", 9, 20).ScatterAdd(0, Nodes.Input("g_rows", DType.Int32, Shape.Of(9)), 5))]) { Classes = 5 },
    ];

    private static (string, Node)[] SoftmaxCrossEntropy()
    {
        var logits = Input("g_logits", 4, 10);
        var labels = Nodes.Input("g_labels", DType.Int32, Shape.Of(4, 1));
        var hot = labels.ExpandTo(Shape.Of(4, 10)).EqualTo(Nodes.Iota(10, DType.Int32));
        var losses = Nodes.Select(hot, -logits.LogSoftmax(1), Nodes.Full(Shape.Of(4, 10), DType.Float32, 0)).Sum([1]);
        return [("loss", losses), ("gradient", Gradients.Of(losses.Sum(), [logits])[0])];
    }

    private static (string, Node)[] ContractionGelu()
    {
        var sums = Nodes.MatMul(Input("g_x", 10, 24), Input("g_w", 24, 40)) + Input("g_b", 40);
        return [("y", sums * ((sums * Math.Sqrt(0.5)).Erf() + 1) * 0.5)];
    }

    private static (string, Node)[] Convolution(long outputs)
    {
        var sums = Convolutions.Convolve(Input("g_image", 1, 2, 7, 9), Input("g_kernel", outputs, 2, 3, 3), ConvolutionGeometry.Of(2, padding: 1));
        return [("y", (sums + Input("g_bias", outputs, 1, 1)).Relu())];
    }

    private static (string, Node)[] MaxPoolGradient()
    {
        var image = Input("g_image", 1, 2, 6, 20);
        var pooled = Convolutions.MaxPool(image, WindowGeometry.Of([2, 2]));
        return [("y", pooled), ("gradient", Gradients.Of((pooled * Input("g_cotangent", 1, 2, 3, 10)).Sum(), [image])[0])];
    }

    private static (string, Node)[] Dropout()
    {
        var x = Input("g_x", 70);
        var kept = Nodes.RandomUniform([70], 3, Nodes.Input("g_seed", DType.Int64, Shape.Scalar)).GreaterOrEqual(0.25);
        return [("y", Nodes.Select(kept, x * (1 / 0.75), x.ZerosLike()))];
    }

    private static Node Input(string label, params long[] dims) => Nodes.Input(label, DType.Float32, Shape.Of(dims));
}
