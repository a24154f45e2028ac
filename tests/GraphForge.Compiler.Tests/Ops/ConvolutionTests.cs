using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Ops;

public sealed class ConvolutionTests
{
    /// <summary>A geometry with operand shapes: batch, input channels, output channels, then extents and kernel.</summary>
    public sealed record Case(ConvolutionGeometry Geometry, long[] Input, long[] Weight)
    {
        public override string ToString() => $"{Geometry} of [{string.Join(", ", Input)}] and [{string.Join(", ", Weight)}]";
    }

    private static IEnumerable<Case> Cases()
    {
        foreach (var stride in new[] { 1, 2, 3 })
            foreach (var padding in new[] { 0, 1, 3 })
                foreach (var dilation in new[] { 1, 2 })
                    yield return new(ConvolutionGeometry.Of(1, stride, padding, dilation), [2, 2, 9], [3, 2, 3]);
        foreach (var groups in new[] { 1, 2, 4 })
            foreach (var stride in new[] { 1, 2 })
                yield return new(ConvolutionGeometry.Of(2, stride, 1, 1, groups), [1, 4, 5, 4], [8, 4 / groups, 3, 2]);
        yield return new(new ConvolutionGeometry([2, 1], [0, 2], [3, 1], [1, 3], 1), [2, 1, 5, 6], [2, 1, 2, 3]);
        yield return new(ConvolutionGeometry.Of(3, 2, 1), [1, 2, 3, 4, 5], [2, 2, 2, 3, 3]);
        yield return new(ConvolutionGeometry.Of(2), [1, 1, 1, 1], [1, 1, 1, 1]);
        yield return new(ConvolutionGeometry.Of(2, stride: 2), [1, 3, 4, 4], [2, 3, 1, 1]);
        yield return new(ConvolutionGeometry.Of(2, stride: 4), [1, 3, 8, 9], [2, 3, 4, 4]);
        yield return new(ConvolutionGeometry.Of(1, padding: 2), [0, 2, 5], [3, 2, 3]);
        yield return new(ConvolutionGeometry.Of(0), [3, 4], [5, 4]);
    }

    [Test]
    public void Small_case_by_hand()
    {
        var result = Integers.Evaluate(new Convolution(ConvolutionGeometry.Of(2, padding: 1)),
            Literal.Of<long>([1, 2, 3, 4], 1, 1, 2, 2), Literal.Of<long>([1, 0, 0, 0, 10, 0, 0, 0, 100], 1, 1, 3, 3));
        Assert.That(result, Is.EqualTo(Literal.Of<long>([410, 20, 30, 41], 1, 1, 2, 2)));
    }

    [Test]
    public void Kernels_are_not_flipped()
    {
        var result = Integers.Evaluate(new Convolution(ConvolutionGeometry.Of(1)),
            Literal.Of<long>([1, 10, 100], 1, 1, 3), Literal.Of<long>([2, 3], 1, 1, 2));
        Assert.That(result, Is.EqualTo(Literal.Of<long>([32, 320], 1, 1, 2)));
    }

    [TestCaseSource(nameof(Cases))]
    public void Agrees_with_loops_over_a_padded_copy(Case c)
    {
        var (x, weight) = (Integers.Random(1, c.Input), Integers.Random(2, c.Weight));
        Assert.That(Integers.Evaluate(new Convolution(c.Geometry), x, weight), Is.EqualTo(Convolve(c.Geometry, x, weight)));
    }

    // ⟨conv(x, w), g⟩ = ⟨x, inputGradient(g, w)⟩ = ⟨w, weightGradient(x, g)⟩ for every x, w, g defines the transposes.
    [TestCaseSource(nameof(Cases))]
    public void Transposes_move_across_the_inner_product(Case c)
    {
        var (x, weight) = (Integers.Random(1, c.Input), Integers.Random(2, c.Weight));
        var y = Integers.Evaluate(new Convolution(c.Geometry), x, weight);
        var cotangent = Integers.Random(3, y.Type.Shape.Values);
        var inputGradient = Integers.Evaluate(new ConvolutionInputGradient(c.Geometry, x.Type.Shape), cotangent, weight);
        var weightGradient = Integers.Evaluate(new ConvolutionWeightGradient(c.Geometry, weight.Type.Shape), x, cotangent);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Integers.Dot(x, inputGradient), Is.EqualTo(Integers.Dot(y, cotangent)));
            Assert.That(Integers.Dot(weight, weightGradient), Is.EqualTo(Integers.Dot(y, cotangent)));
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Scalar_definitions_agree_with_the_references(Case c)
    {
        var (x, weight) = (Integers.Random(1, c.Input), Integers.Random(2, c.Weight));
        var y = Integers.Evaluate(new Convolution(c.Geometry), x, weight);
        var cotangent = Integers.Random(3, y.Type.Shape.Values);
        using (Assert.EnterMultipleScope())
        {
            AssertLowered(new Convolution(c.Geometry), x, weight);
            AssertLowered(new ConvolutionInputGradient(c.Geometry, x.Type.Shape), cotangent, weight);
            AssertLowered(new ConvolutionWeightGradient(c.Geometry, weight.Type.Shape), x, cotangent);
        }
    }

    [Test]
    public void Batch_and_unstrided_extents_may_be_symbolic()
    {
        Dim batch = new DimSymbol("batch"), width = new DimSymbol("width", 8);
        var type = new Convolution(ConvolutionGeometry.Of(1, padding: 1, dilation: 2)).Infer(
            [new(DType.Float32, [batch, 3, width]), new(DType.Float32, [4, 3, 3])]);
        Assert.That(type, Is.EqualTo(new TensorType(DType.Float32, [batch, 4, width - 2])));
    }

    [Test]
    public void Binding_reaches_the_shapes_of_the_transposes()
    {
        var batch = new DimSymbol("batch");
        var values = new Dictionary<DimSymbol, long> { [batch] = 5 };
        var geometry = ConvolutionGeometry.Of(1);
        Assert.That(new ConvolutionInputGradient(geometry, [batch, 3, 8]).Bind(values),
            Is.EqualTo(new ConvolutionInputGradient(geometry, [5, 3, 8])));
    }

    private static void AssertLowered(Op op, params Literal[] operands) => Assert.That(
        Lowering.Interpret(Integers.NodeOf(op, operands), operands), Is.EqualTo(Integers.Evaluate(op, operands)), op.Name);

    /// <summary>Copies x into zeros of the padded extents, where every window is inside, and sums there.</summary>
    private static Literal Convolve(ConvolutionGeometry geometry, Literal x, Literal weight)
    {
        var rank = geometry.SpatialRank;
        long[] input = x.Type.Shape.Values, kernel = weight.Type.Shape.Values;
        var paddedDims = input.Select((d, axis) => axis < 2 ? d : d + geometry.PadLow[axis - 2] + geometry.PadHigh[axis - 2]).ToArray();
        var padded = new long[paddedDims.Aggregate(1L, (a, b) => a * b)];
        foreach (var index in RowMajor.Indices(input))
        {
            var target = index.Select((i, axis) => axis < 2 ? i : i + geometry.PadLow[axis - 2]).ToArray();
            padded[RowMajor.Linear(target, paddedDims)] = x.AsSpan<long>()[RowMajor.Linear(index, input)];
        }
        long[] outputDims = [input[0], kernel[0], .. Enumerable.Range(0, rank).Select(axis =>
            (paddedDims[axis + 2] - geometry.Dilation[axis] * (kernel[axis + 2] - 1) - 1) / geometry.Stride[axis] + 1)];
        var result = new Literal(new TensorType(DType.Int64, Shape.Of(outputDims)));
        foreach (var index in RowMajor.Indices(outputDims))
            foreach (var tap in RowMajor.Indices(kernel[1..]))
            {
                var group = index[1] / (kernel[0] / geometry.Groups);
                long[] source = [index[0], group * kernel[1] + tap[0], .. Enumerable.Range(0, rank).Select(axis =>
                    index[axis + 2] * geometry.Stride[axis] + tap[axis + 1] * geometry.Dilation[axis])];
                result.AsSpan<long>()[RowMajor.Linear(index, outputDims)] += padded[RowMajor.Linear(source, paddedDims)] *
                    weight.AsSpan<long>()[RowMajor.Linear([index[1], .. tap], kernel)];
            }
        return result;
    }
}
