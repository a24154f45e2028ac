using GraphForge.Compiler.Tests.Reference;

namespace GraphForge.Tests.Reference;

/// <summary>Sorts and what they choose against PyTorch's outputs and gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedSortingTests : RecordedFamilyTests<RecordedSortingTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("sorting", new Dictionary<string, FamilyFunction>
    {
        ["sort"] = (x, a) => x[0].Sort(Dim(a), a.Flag("descending", false)).Values,
        ["argsort"] = (x, a) => x[0].Argsort(Dim(a), a.Flag("descending", false)),
        ["topk"] = (x, a) => Largest(x[0], a).Values,
        ["topk indices"] = (x, a) => Largest(x[0], a).Indices,
        ["kthvalue"] = (x, a) => x[0].Kthvalue(a.Integer("k"), Dim(a), a.Flag("keepdim", false)).Values,
        ["kthvalue indices"] = (x, a) => x[0].Kthvalue(a.Integer("k"), Dim(a), a.Flag("keepdim", false)).Indices,
        ["median"] = (x, _) => x[0].Median(),
        ["median along"] = (x, a) => x[0].Median(Dim(a), a.Flag("keepdim", false)).Values,
        ["median indices"] = (x, a) => x[0].Median(Dim(a), a.Flag("keepdim", false)).Indices,
        ["searchsorted"] = (x, a) => Tensor.Searchsorted(x[0], x[1], a.Flag("right", false)),
    });

    private static int Dim(CaseAttributes attributes) => attributes.Integer("dim", -1);

    private static ChosenElements Largest(Tensor x, CaseAttributes attributes) =>
        x.Topk(attributes.Integer("k"), Dim(attributes), attributes.Flag("largest", true));
}
