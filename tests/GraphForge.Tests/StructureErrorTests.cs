using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Runtime;

namespace GraphForge.Tests;

/// <summary>Wrong uses of functions that pick, move, pad and multiply by labels, each with the whole text it gives.</summary>
public sealed class StructureErrorTests
{
    private static readonly Tensor X = Tensor.Zeros([2, 3]);
    private static readonly Tensor Y = Tensor.Zeros([4]);
    private static readonly Tensor Whole = Tensor.Zeros([2, 3], DType.Int64);
    private static readonly Tensor Index = Tensor.Zeros([4], DType.Int64);
    private static readonly Tensor Image = Tensor.Zeros([1, 4, 2, 3]);
    private static readonly Tensor Batch = Tensor.Input("batch", DType.Float32, new DimSymbol("n"), 3);

    private static IEnumerable<TestCaseData> Indexing =>
    [
        Row(() => X.Gather(2, Whole), ErrorCode.BadAxis, "gather has no axis 2 in float32[2, 3]; axes run from -2 to 1."),
        Row(() => X.Gather(0, X), ErrorCode.WrongDType, "gatherElements takes uint8, int32 or int64, got float32[2, 3]; cast the operand."),
        Row(() => X.Gather(0, Index), ErrorCode.ShapeMismatch,
            "gather needs as many axes in the index as in the input, none longer but axis 0, got index int64[4] and input float32[2, 3]."),
        Row(() => X.Gather(1, Tensor.Zeros([3, 3], DType.Int64)), ErrorCode.ShapeMismatch,
            "gather needs as many axes in the index as in the input, none longer but axis 1, got index int64[3, 3] and input float32[2, 3]."),
        Row(() => Tensor.Zeros([2, 0]).Gather(1, Whole), ErrorCode.ShapeMismatch,
            "gatherElements from float32[2, 0] with indices int64[2, 3] has nothing to choose from: axis 1 is empty."),
        Row(() => X.IndexSelect(0, Whole), ErrorCode.ShapeMismatch, "indexSelect takes a vector of indices, got int64[2, 3]; flatten it."),
        Row(() => X.Scatter(0, Whole, Whole), ErrorCode.WrongDType,
            "scatter into float32[2, 3] needs a source of its element type, got int64[2, 3]; cast one of them."),
        Row(() => X.ScatterAdd(0, Whole, Tensor.Zeros([2, 2])), ErrorCode.ShapeMismatch,
            "scatterAdd needs as many axes in the index as in the source, none longer, got index int64[2, 3] and source float32[2, 2]."),
        Row(() => Whole.ScatterReduce(0, Whole, Whole, ScatterReduction.Mean), ErrorCode.WrongDType,
            "scatterReduce takes the mean of floats only, got int64[2, 3]; cast the operand."),
        Row(() => X.IndexAdd(1, Index, X), ErrorCode.ShapeMismatch,
            "indexAdd into float32[2, 3] at 4 positions of axis 1 needs a source of shape [2, 4], got float32[2, 3]."),
        Row(() => Whole.MaskedFill(Whole.Eq(0), 0.5), ErrorCode.WrongDType, "maskedFill of int64[2, 3] cannot hold the value 0.5; cast the tensor."),
        Row(() => X.MaskedFill(X, 0), ErrorCode.WrongDType, "select takes bool, got float32[2, 3]; cast the operand."),
        Row(() => Functional.OneHot(X, 3), ErrorCode.WrongDType, "oneHot takes integers, got float32[2, 3]; cast the operand."),
        Row(() => Functional.OneHot(Whole, -1), ErrorCode.BadAttribute, "oneHot needs numClasses of at least 1, got -1."),
    ];

    private static IEnumerable<TestCaseData> Layout =>
    [
        Row(() => X.Repeat(2), ErrorCode.BadAttribute, "repeat of float32[2, 3] needs a count for each of its 2 axes, got 1."),
        Row(() => X.Tile(-1), ErrorCode.BadAttribute, "repeat of float32[2, 3] needs counts of at least 0, got -1."),
        Row(() => X.Roll([1], [0, 1]), ErrorCode.BadAttribute, "roll needs a shift for each axis, got 1 shifts and 2 axes."),
        Row(() => X.Movedim([0, 0], [0, 1]), ErrorCode.BadAxis,
            "movedim of float32[2, 3] needs distinct axes, as many to move as places, got [0, 0] and [0, 1]."),
        Row(() => X.Unfold(1, 4, 1), ErrorCode.BadAttribute,
            "unfold of float32[2, 3] along axis 1 needs a size within 1..3 and a step of at least 1, got 4 and 1."),
        Row(() => X.Split(0)[0], ErrorCode.BadAttribute, "split needs parts of at least 1, got 0."),
        Row(() => X.Split([1, 1], 1)[0], ErrorCode.BadAttribute, "split of float32[2, 3] needs sizes that add up to the 3 of axis 1, got [1, 1]."),
        Row(() => X.Chunk(0)[0], ErrorCode.BadAttribute, "chunk needs at least 1 part, got 0."),
        Row(() => Batch.Unbind()[0], ErrorCode.ShapeMismatch,
            "unbind needs a fixed extent and axis 0 of float32[n, 3] is symbolic; its parts could not be counted."),
        Row(() => X.Select(1, 3), ErrorCode.BadAxis, "index: 3 lies outside axis 1 of float32[2, 3]."),
        Row(() => X.Unflatten(1, 2, -1), ErrorCode.ShapeMismatch, "unflatten cannot make [2, -1] of the 3 elements of axis 1 of float32[2, 3]."),
        Row(() => X.Diagonal(0, 1, -1), ErrorCode.BadAxis, "diagonal of float32[2, 3] needs two axes, got 1 and -1."),
        Row(() => Batch.Diagonal(), ErrorCode.ShapeMismatch, "diagonal of float32[n, 3] cannot tell which of n and 3 is shorter."),
        Row(() => Tensor.Zeros([2, 2, 2]).Diag(), ErrorCode.ShapeMismatch,
            "diag takes a vector or a matrix, got float32[2, 2, 2]; use Diagonal or DiagEmbed."),
        Row(() => Y.Tril(), ErrorCode.ShapeMismatch, "tril takes matrices, got float32[4]."),
        Row(() => Y.Trace(), ErrorCode.ShapeMismatch, "trace takes a matrix, got float32[4]."),
        Row(() => Tensor.Arange(0, 5, -1), ErrorCode.BadAttribute, "arange from 0 to 5 needs a step that leads there, got -1."),
        Row(() => Tensor.Linspace(0, 5, -1), ErrorCode.BadAttribute, "linspace needs a number of steps of at least 0, got -1."),
        Row(() => Tensor.Meshgrid([X])[0], ErrorCode.ShapeMismatch, "meshgrid takes vectors and scalars, got float32[2, 3]; flatten it."),
        Row(() => Tensor.Meshgrid([Y], "yx")[0], ErrorCode.BadAttribute, "meshgrid takes the indexing \"ij\" or \"xy\", got \"yx\"."),
    ];

    private static IEnumerable<TestCaseData> Products =>
    [
        Row(() => Y.Dot(X), ErrorCode.ShapeMismatch, "dot takes [i] and [i], got float32[4] and float32[2, 3]."),
        Row(() => X.Bmm(X), ErrorCode.ShapeMismatch, "bmm takes [b, m, k] and [b, k, n], got float32[2, 3] and float32[2, 3]."),
        Row(() => Y.Addmm(X, X), ErrorCode.ShapeMismatch, "mm takes [m, k] and [k, n], got float32[2, 3] and float32[2, 3]."),
        Row(() => X.Cross(X, 0), ErrorCode.ShapeMismatch,
            "cross takes two tensors of as many axes and 3 elements along axis 0, got float32[2, 3] and float32[2, 3]."),
        Row(() => Functional.Einsum("ij->jk->i", X), ErrorCode.BadAttribute,
            "einsum takes an equation like \"bij,bjk->bik\", a letter an axis and \"...\" for any number of axes, got \"ij->jk->i\"."),
        Row(() => Functional.Einsum("i.j->i", X), ErrorCode.BadAttribute,
            "einsum takes an equation like \"bij,bjk->bik\", a letter an axis and \"...\" for any number of axes, got \"i.j->i\"."),
        Row(() => Functional.Einsum("ij,jk->ik", X), ErrorCode.BadAttribute, "einsum \"ij,jk->ik\" has labels for 2 operands and was given 1."),
        Row(() => Functional.Einsum("ijk->i", X), ErrorCode.ShapeMismatch,
            "einsum \"ijk->i\" labels 3 axes of float32[2, 3], which has 2; give each axis one letter, or leave some to \"...\"."),
        Row(() => Functional.Einsum("i->i", X), ErrorCode.ShapeMismatch,
            "einsum \"i->i\" labels 1 axes of float32[2, 3], which has 2; give each axis one letter, or leave some to \"...\"."),
        Row(() => Functional.Einsum("ij,jk->ik", X, X), ErrorCode.ShapeMismatch,
            "einsum \"ij,jk->ik\": label j is 3 in float32[2, 3] and 2 in float32[2, 3]."),
        Row(() => Functional.Einsum("ii->i", Tensor.Zeros([1, 3])), ErrorCode.ShapeMismatch,
            "einsum \"ii->i\" takes a diagonal of axes i of float32[1, 3], which differ: 1 and 3."),
        Row(() => Functional.Einsum("ij->ii", X), ErrorCode.BadAttribute, "einsum \"ij->ii\" has label i twice in its result."),
        Row(() => Functional.Einsum("ij->k", X), ErrorCode.BadAttribute, "einsum \"ij->k\" has label k in its result and in no operand."),
    ];

    private static IEnumerable<TestCaseData> Pads =>
    [
        Row(() => Functional.Pad(X, [1]), ErrorCode.BadAttribute,
            "pad takes two numbers for each of up to 2 axes of float32[2, 3], the last axis first, got [1]."),
        Row(() => Functional.Pad(X, [1, 1, 1, 1, 1, 1]), ErrorCode.BadAttribute,
            "pad takes two numbers for each of up to 2 axes of float32[2, 3], the last axis first, got [1, 1, 1, 1, 1, 1]."),
        Row(() => Functional.Pad(X, [1, 1], PadMode.Reflect, 2), ErrorCode.BadAttribute,
            "pad takes a value in mode Constant only, got 2 in mode Reflect."),
        Row(() => Functional.Pad(X, [3, 0], PadMode.Reflect), ErrorCode.BadAttribute,
            "pad of float32[2, 3] in mode Reflect can take at most 2 elements on each side of axis 1, got 3."),
        Row(() => Functional.Pad(X, [4, 0], PadMode.Circular), ErrorCode.BadAttribute,
            "pad of float32[2, 3] in mode Circular can take at most 3 elements on each side of axis 1, got 4."),
        Row(() => Functional.Pad(X, [-2, -2]), ErrorCode.BadAttribute,
            "pad of float32[2, 3] cannot cut 2 and 2 elements off axis 1, which has 3."),
    ];

    private static IEnumerable<TestCaseData> Resampling =>
    [
        Row(() => Functional.Interpolate(Image, [4, 0]), ErrorCode.BadAttribute,
            "interpolate of float32[1, 4, 2, 3] would leave no elements: new extents [4, 0]."),
        Row(() => Functional.Interpolate(Image), ErrorCode.BadAttribute, "interpolate takes a size or a scaleFactor, one of the two."),
        Row(() => Functional.Interpolate(Image, [1, 2, 3]), ErrorCode.BadAttribute,
            "interpolate takes one size, or one for each of the 2 spatial axes, got [1, 2, 3]."),
        Row(() => Functional.Interpolate(Image, [4], mode: InterpolationMode.Linear), ErrorCode.ShapeMismatch,
            "interpolate in mode Linear takes [N, C, ...] with 1 spatial axes, got float32[1, 4, 2, 3]."),
        Row(() => Functional.Interpolate(X, [4]), ErrorCode.ShapeMismatch,
            "interpolate in mode Nearest takes [N, C, ...] with 1 to 3 spatial axes, got float32[2, 3]."),
        Row(() => Functional.Interpolate(Image, [4], alignCorners: true), ErrorCode.BadAttribute,
            "interpolate has no corners to align in mode Nearest; leave alignCorners off."),
        Row(() => Functional.Interpolate(Image.To(DType.Int32), [4], mode: InterpolationMode.Bilinear), ErrorCode.WrongDType,
            "interpolate in mode Bilinear takes floats, got int32[1, 4, 2, 3]; cast the operand."),
        Row(() => Functional.Interpolate(Batch.Transpose(0, 1).Unsqueeze(0), [4]), ErrorCode.ShapeMismatch,
            "interpolate needs fixed spatial extents of at least 1, got float32[1, 3, n]."),
        Row(() => Functional.PixelShuffle(Image, 3), ErrorCode.BadAttribute,
            "pixelShuffle by 3 needs channels that 3² divides, got 4 in float32[1, 4, 2, 3]."),
        Row(() => Functional.PixelUnshuffle(Image, 2), ErrorCode.BadAttribute,
            "pixelUnshuffle by 2 needs sides that 2 divides, got float32[1, 4, 2, 3]."),
        Row(() => Functional.ChannelShuffle(Image, 3), ErrorCode.BadAttribute,
            "channelShuffle takes [N, C, ...] whose channels 3 groups share evenly, got float32[1, 4, 2, 3]."),
        Row(() => Functional.Unfold(Image, 4), ErrorCode.ShapeMismatch,
            "unfold of float32[1, 4, 2, 3] with padding 0 has no room for a window of 4, its elements 1 apart."),
        Row(() => Functional.Unfold(Image, 2, stride: 0), ErrorCode.BadAttribute,
            "unfold needs a kernelSize, dilation and stride of at least 1, got 2, 1 and 0."),
        Row(() => Functional.Fold(Image, 4, 2), ErrorCode.ShapeMismatch, "fold with windows of 2 takes [N, C·4, L], got float32[1, 4, 2, 3]."),
        Row(() => Functional.Fold(Tensor.Zeros([1, 4, 8]), 4, 2), ErrorCode.ShapeMismatch,
            "fold to 4 needs the 9 windows of 2 that image has, got float32[1, 4, 8]."),
        Row(() => new ZeroPad2d(1, 2).Forward(Image), ErrorCode.BadAttribute,
            "ZeroPad2d takes one padding for all sides or 4, the last axis first, but was given [1, 2]."),
        Row(() => new ReflectionPad1d(1).Forward(Image), ErrorCode.ShapeMismatch,
            "ReflectionPad1d takes a batch with channels and 1 spatial axes but was given [1, 4, 2, 3]."),
        Row(() => new Unflatten(1, 3).Forward(Image), ErrorCode.ShapeMismatch,
            "unflatten cannot make [3] of the 4 elements of axis 1 of float32[1, 4, 2, 3]."),
    ];

    private static IEnumerable<TestCaseData> Sorting =>
    [
        Row(() => X.Sort(2).Values, ErrorCode.BadAxis, "argsort has no axis 2 in float32[2, 3]; axes run from -2 to 1."),
        Row(() => X.Topk(4).Values, ErrorCode.BadAttribute, "topk of float32[2, 3] takes k within 0..3 along axis 1, got 4."),
        Row(() => X.Kthvalue(0).Values, ErrorCode.BadAttribute, "kthvalue of float32[2, 3] takes k within 1..3 along axis 1, got 0."),
        Row(() => Tensor.Zeros([2, 0]).Median(1).Values, ErrorCode.ShapeMismatch,
            "median of float32[2, 0] has nothing to choose from: axis 1 is empty."),
        Row(() => Batch.Median(0).Values, ErrorCode.ShapeMismatch,
            "median needs a fixed extent and axis 0 of float32[n, 3] is symbolic; its parts could not be counted."),
        Row(() => Tensor.Searchsorted(X, Y), ErrorCode.ShapeMismatch,
            "searchsorted takes a sequence that is a vector or has as many rows as the values, got float32[2, 3] and float32[4]."),
    ];

    [TestCaseSource(nameof(Indexing))]
    [TestCaseSource(nameof(Layout))]
    [TestCaseSource(nameof(Products))]
    [TestCaseSource(nameof(Pads))]
    [TestCaseSource(nameof(Resampling))]
    [TestCaseSource(nameof(Sorting))]
    public void Mistakes_are_told_whole(Func<Tensor> mistake, ErrorCode code, string problem)
    {
        var error = Assert.Throws<GraphException>(() => mistake())!;
        Assert.That(error.Problem, Is.EqualTo(problem));
        Assert.That(error.Code, Is.EqualTo(code));
    }

    private static TestCaseData Row(Func<Tensor> mistake, ErrorCode code, string problem) =>
        new TestCaseData(mistake, code, problem).SetArgDisplayNames(problem);
}
