using GraphForge.Compiler.Tests.Reference;

namespace GraphForge.Tests.Reference;

/// <summary>Elementwise functions, statistics, norms and distances against PyTorch's values and gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedElementwiseTests : RecordedFamilyTests<RecordedElementwiseTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("elementwise", new Dictionary<string, FamilyFunction>
    {
        ["exp2"] = (x, _) => x[0].Exp2(),
        ["log2"] = (x, _) => x[0].Log2(),
        ["log10"] = (x, _) => x[0].Log10(),
        ["atanh"] = (x, _) => x[0].Atanh(),
        ["trunc"] = (x, _) => x[0].Trunc(),
        ["frac"] = (x, _) => x[0].Frac(),
        ["fmod"] = (x, _) => x[0].Fmod(x[1]),
        ["hypot"] = (x, _) => x[0].Hypot(x[1]),
        ["xlogy"] = (x, _) => x[0].Xlogy(x[1]),
        ["logaddexp"] = (x, _) => x[0].LogAddExp(x[1]),
        ["lerp"] = (x, _) => x[0].Lerp(x[1], x[2]),
        ["is nan"] = (x, _) => x[0].IsNaN(),
        ["is inf"] = (x, _) => x[0].IsInf(),
        ["is finite"] = (x, _) => x[0].IsFinite(),
        ["log sum exp"] = (x, a) => x[0].LogSumExp(Dims(a), a.Flag("keepdim", false)),
        ["variance"] = (x, a) => x[0].Var(Dims(a), a.Flag("unbiased"), a.Flag("keepdim")),
        ["standard deviation"] = (x, a) => x[0].Std(Dims(a), a.Flag("unbiased"), a.Flag("keepdim")),
        ["norm"] = (x, a) => x[0].Norm(a.Number("p"), Dims(a), a.Flag("keepdim")),
        ["maximum norm"] = (x, a) => x[0].Norm(double.PositiveInfinity, Dims(a)),
        ["minimum norm"] = (x, a) => x[0].Norm(double.NegativeInfinity, Dims(a)),
        ["cosine similarity"] = (x, a) => Functional.CosineSimilarity(x[0], x[1], a.Integer("dim")),
        ["normalize"] = (x, a) => Functional.Normalize(x[0], a.Number("p", 2), a.Integer("dim", 1)),
        ["pairwise distance"] = (x, a) => Functional.PairwiseDistance(
            x[0], x[1], a.Number("p", 2), keepDim: a.Flag("keepdim", false)),
    });

    private static int[] Dims(CaseAttributes attributes) => [.. attributes.Integers("dim").Select(d => (int)d)];
}
