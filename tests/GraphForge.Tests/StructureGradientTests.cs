using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Tests;

/// <summary>Functions that pick, move, resample and order elements, in float64: gradients against differences.</summary>
public sealed class StructureGradientTests
{
    private static readonly Tensor Index = Tensor.Constant<long>([2, 0, 2, 1, 1, 0], 3, 2);
    private static readonly Tensor Mask = Tensor.Constant<long>([1, 0, 1, 0, 0, 1], 3, 2).To(DType.Bool);

    private static IEnumerable<TestCaseData> Functions =>
    [
        Row("gather", x => x[0].Gather(0, Index), [3, 2]),
        Row("scatter", x => x[0].Scatter(0, Index, x[1]), [3, 2], [3, 2]),
        Row("scatter add", x => x[0].ScatterAdd(0, Index, x[1]), [3, 2], [3, 2]),
        Row("scatter mean", x => x[0].ScatterReduce(0, Index, x[1], ScatterReduction.Mean, includeSelf: false), [3, 2], [3, 2]),
        Row("scatter greatest", x => x[0].ScatterReduce(0, Index, x[1], ScatterReduction.Amax), [3, 2], [3, 2]),
        Row("index add", x => x[0].IndexAdd(0, Tensor.Arange(2), x[1], 0.5), [3, 2], [2, 2]),
        Row("masked fill", x => x[0].MaskedFill(Mask, 3), [3, 2]),
        Row("tril", x => x[0].Tril(1), [2, 3, 4]),
        Row("diagonal", x => x[0].Diagonal(-1), [4, 3]),
        Row("diagEmbed", x => x[0].DiagEmbed(1), [2, 3]),
        Row("windows", x => x[0].Unfold(0, 3, 2), [7, 2]),
        Row("roll and repeat", x => x[0].Roll(2, 1).Repeat(2, 1).RepeatInterleave(2, 0), [2, 3]),
        Row("cross", x => x[0].Cross(x[1]), [2, 3], [2, 3]),
        Row("einsum of a chain", x => Functional.Einsum("ij,jk,kl->li", x), [2, 3], [3, 2], [2, 4]),
        Row("einsum of a diagonal", x => Functional.Einsum("...ii,...j->j...", x), [2, 3, 3], [2, 4]),
        Row("pad by reflection", x => Functional.Pad(x[0], [2, 1, -1, 1], PadMode.Reflect), [3, 3]),
        Row("pad around", x => Functional.Pad(x[0], [3, 2], PadMode.Circular), [2, 3]),
        Row("interpolate", x => Functional.Interpolate(x[0], [5, 2], mode: InterpolationMode.Bilinear), [1, 2, 3, 3]),
        Row("interpolate by cubics", x => Functional.Interpolate(x[0], [4, 5], mode: InterpolationMode.Bicubic, alignCorners: true), [1, 1, 3, 3]),
        Row("sort", x => x[0].Sort(0, descending: true).Values, [5, 2]),
        Row("topk", x => x[0].Topk(2, 1, largest: false).Values, [3, 4]),
        Row("median", x => x[0].Median(1).Values, [2, 5]),
    ];

    [TestCaseSource(nameof(Functions))]
    public void Gradients_agree_with_differences(Func<Tensor[], Tensor> function, Shape[] inputs) =>
        GradientCheck.AssertOnce(function, inputs);

    private static TestCaseData Row(string name, Func<Tensor[], Tensor> function, params Shape[] inputs) =>
        new TestCaseData(function, inputs).SetArgDisplayNames(name);
}
