using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

public sealed class ConvolutionErrorTests
{
    private static readonly ConvolutionGeometry Plain = ConvolutionGeometry.Of(2);
    private static readonly Dim Width = new DimSymbol("width");

    private static IEnumerable<TestCaseData> Mistakes()
    {
        yield return Mistake("input channels", ConvolutionGeometry.Of(1, groups: 2), [1, 3, 8], [4, 1, 3], ErrorCode.ShapeMismatch,
            "convolution(stride=[1], groups=2) of input [1, 3, 8] and weights [4, 1, 3]: 3 input channels are not divisible by " +
            "2 groups; change the channels or the groups.");
        yield return Mistake("output channels", ConvolutionGeometry.Of(1, groups: 2), [1, 4, 8], [3, 2, 3], ErrorCode.ShapeMismatch,
            "convolution(stride=[1], groups=2) of input [1, 4, 8] and weights [3, 2, 3]: 3 output channels are not divisible by " +
            "2 groups; change the channels or the groups.");
        yield return Mistake("channels of weights", Plain, [1, 3, 8, 8], [4, 2, 3, 3], ErrorCode.ShapeMismatch,
            "convolution(stride=[1, 1]) of input [1, 3, 8, 8] and weights [4, 2, 3, 3]: the input has 3 channels a group and the " +
            "weights take 2; make axis 1 of the weights 3.");
        yield return Mistake("rank", Plain, [1, 3, 8], [4, 3, 3, 3], ErrorCode.ShapeMismatch,
            "convolution(stride=[1, 1]) of input [1, 3, 8] and weights [4, 3, 3, 3]: 2 spatial axes need operands of rank 4, " +
            "[N, C, spatial…] and [O, C / groups, kernel…].");
        yield return Mistake("kernel", ConvolutionGeometry.Of(2, padding: 1), [1, 3, 8, 2], [4, 3, 3, 5], ErrorCode.ShapeMismatch,
            "convolution(stride=[1, 1], pad=[1, 1]) has windows that reach over 5 elements, but spatial axis 1 of [8, 2] has 4 with " +
            "padding; use a smaller kernel or dilation, or more padding.");
        yield return Mistake("stride", ConvolutionGeometry.Of(1, stride: 0), [1, 3, 8], [4, 3, 3], ErrorCode.BadAttribute,
            "convolution(stride=[0]) needs every stride to be at least 1, but got [0].");
        yield return Mistake("dilation", ConvolutionGeometry.Of(1, dilation: -1), [1, 3, 8], [4, 3, 3], ErrorCode.BadAttribute,
            "convolution(stride=[1], dilation=[-1]) needs every dilation to be at least 1, but got [-1].");
        yield return Mistake("padding", ConvolutionGeometry.Of(1, padding: -1), [1, 3, 8], [4, 3, 3], ErrorCode.BadAttribute,
            "convolution(stride=[1], pad=[-1]) needs every padding to be at least 0, but got [-1].");
        yield return Mistake("empty kernel", ConvolutionGeometry.Of(1), [1, 3, 8], [4, 3, 0], ErrorCode.BadAttribute,
            "convolution(stride=[1]) needs every kernel to be at least 1, but got [0].");
        yield return Mistake("number of paddings", new([1, 1], [0], [0, 0], [1, 1], 1), [1, 3, 8, 8], [4, 3, 3, 3], ErrorCode.BadAttribute,
            "convolution(stride=[1, 1]) needs one padding for each of 2 spatial axes, but got [0].");
        yield return Mistake("groups", ConvolutionGeometry.Of(1, groups: 0), [1, 3, 8], [4, 3, 3], ErrorCode.BadAttribute,
            "convolution(stride=[1], groups=0) needs at least 1 group, but got 0.");
        yield return Mistake("symbolic extent", ConvolutionGeometry.Of(1, stride: 2), [1, 3, Width], [4, 3, 3], ErrorCode.SymbolicDim,
            "convolution(stride=[2]) has stride 2 over the symbolic extent width of [width], and so no exact number of windows; " +
            "give the extent as an integer or use stride 1.");
        yield return Mistake("symbolic kernel", ConvolutionGeometry.Of(1), [1, 3, 8], [4, 3, Width], ErrorCode.SymbolicDim,
            "convolution(stride=[1]) has weights [4, 3, width] with a symbolic kernel extent; give the kernel as integers.");

        static TestCaseData Mistake(
            string name, ConvolutionGeometry geometry, Dim[] x, Dim[] weight, ErrorCode code, string text) =>
            new TestCaseData(geometry, new Shape(x), new Shape(weight), code, text).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Mistakes))]
    public void A_mistake_is_explained(ConvolutionGeometry geometry, Shape x, Shape weight, ErrorCode code, string text)
    {
        var error = Error(new Convolution(geometry), x, weight);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.Code, Is.EqualTo(code));
            Assert.That(error.Problem, Is.EqualTo(text));
        }
    }

    [Test]
    public void Transposes_name_the_shape_the_cotangent_should_have()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Error(new ConvolutionInputGradient(Plain, [1, 3, 8, 8]), [1, 4, 5, 6], [4, 3, 3, 3]).Problem, Is.EqualTo(
                "convolutionInputGradient(stride=[1, 1], input=[1, 3, 8, 8]) needs a cotangent of the forward op's shape " +
                "[1, 4, 6, 6], but got [1, 4, 5, 6]."));
            Assert.That(Error(new ConvolutionWeightGradient(Plain, [4, 3, 3, 3]), [1, 3, 8, 8], [2, 4, 6, 6]).Problem, Is.EqualTo(
                "convolutionWeightGradient(stride=[1, 1], weight=[4, 3, 3, 3]) needs a cotangent of the forward op's shape " +
                "[1, 4, 6, 6], but got [2, 4, 6, 6]."));
        }
    }

    [Test]
    public void Operands_of_different_dtypes_are_refused()
    {
        var error = Assert.Throws<GraphException>(() => new Convolution(Plain).Infer(
            [new(DType.Float32, [1, 3, 8, 8]), new(DType.Float64, [4, 3, 3, 3])]))!;
        Assert.That(error.Problem, Is.EqualTo(
            "convolution(stride=[1, 1]) needs two operands of one float or integer dtype, but got float32[1, 3, 8, 8] and " +
            "float64[4, 3, 3, 3]; cast one of them."));
    }

    private static GraphException Error(Op op, Shape left, Shape right) => Assert.Throws<GraphException>(
        () => op.Infer([new TensorType(DType.Float32, left), new TensorType(DType.Float32, right)]))!;
}
