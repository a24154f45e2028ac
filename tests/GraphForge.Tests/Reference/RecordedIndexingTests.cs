using GraphForge.Compiler.Tests.Reference;

namespace GraphForge.Tests.Reference;

/// <summary>Elements that integer tensors choose, against PyTorch's outputs and gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedIndexingTests : RecordedFamilyTests<RecordedIndexingTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("indexing", new Dictionary<string, FamilyFunction>
    {
        ["gather"] = (x, a) => x[0].Gather(a.Integer("dim"), x[1]),
        ["index select"] = (x, a) => x[0].IndexSelect(a.Integer("dim"), x[1]),
        ["scatter"] = (x, a) => x[0].Scatter(a.Integer("dim"), x[1], x[2]),
        ["scatter value"] = (x, a) => x[0].Scatter(a.Integer("dim"), x[1], a.Number("value")),
        ["scatter add"] = (x, a) => x[0].ScatterAdd(a.Integer("dim"), x[1], x[2]),
        ["scatter reduce"] = (x, a) => x[0].ScatterReduce(a.Integer("dim"), x[1], x[2],
            Enum.Parse<ScatterReduction>(a.Text("reduce"), ignoreCase: true), a.Flag("include_self")),
        ["index add"] = (x, a) => x[0].IndexAdd(a.Integer("dim"), x[1], x[2], a.Number("alpha", 1)),
        ["masked fill"] = (x, a) => x[0].MaskedFill(x[1], a.Number("value")),
        ["where"] = (x, _) => Tensor.Where(x[0], x[1], x[2]),
        ["one hot"] = (x, a) => Functional.OneHot(x[0], a.Integer("num_classes")),
    });
}
