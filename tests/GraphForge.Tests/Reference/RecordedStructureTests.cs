using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Tests.Reference;

namespace GraphForge.Tests.Reference;

/// <summary>Rearrangements, padding and products by labelled axes against PyTorch's outputs and gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedStructureTests : RecordedFamilyTests<RecordedStructureTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("structure", new Dictionary<string, FamilyFunction>
    {
        ["tril"] = (x, a) => x[0].Tril(a.Integer("diagonal", 0)),
        ["triu"] = (x, a) => x[0].Triu(a.Integer("diagonal", 0)),
        ["eye"] = (x, a) => x[0] * Tensor.Eye(a.Integer("n"), a.Integer("m")),
        ["arange"] = (x, a) => x[0] * Tensor.Arange(a.Number("start"), a.Number("end"), a.Number("step")),
        ["linspace"] = (x, a) => x[0] * Tensor.Linspace(a.Number("start"), a.Number("end"), a.Integer("steps")),
        ["diag"] = (x, a) => x[0].Diag(a.Integer("diagonal", 0)),
        ["diagonal"] = (x, a) => x[0].Diagonal(a.Integer("offset", 0), a.Integer("dim1", 0), a.Integer("dim2", 1)),
        ["diag embed"] = (x, a) => x[0].DiagEmbed(a.Integer("offset", 0)),
        ["trace"] = (x, _) => x[0].Trace(),
        ["repeat"] = (x, a) => x[0].Repeat(Integers(a, "repeats")),
        ["tile"] = (x, a) => x[0].Tile(Integers(a, "dims")),
        ["repeat interleave"] = (x, a) => x[0].RepeatInterleave(a.Integer("repeats"), a.Has("dim") ? a.Integer("dim") : null),
        ["roll"] = (x, a) => x[0].Roll(Integers(a, "shifts"), Integers(a, "dims")),
        ["movedim"] = (x, a) => x[0].Movedim(Integers(a, "source"), Integers(a, "destination")),
        ["unfold"] = (x, a) => x[0].Unfold(a.Integer("dimension"), a.Integer("size"), a.Integer("step")),
        ["split"] = (x, a) => Weighted(a.IsList("size")
            ? x[0].Split(Integers(a, "size"), a.Integer("dim"))
            : x[0].Split(a.Integer("size"), a.Integer("dim"))),
        ["chunk"] = (x, a) => Weighted(x[0].Chunk(a.Integer("chunks"), a.Integer("dim"))),
        ["unbind"] = (x, a) => Weighted(x[0].Unbind(a.Integer("dim"))),
        ["unflatten"] = (x, a) => x[0].Unflatten(a.Integer("dim"), [.. a.Integers("sizes").Select(s => (Dim)s)]),
        ["meshgrid"] = (x, a) => Weighted(Tensor.Meshgrid(x, a.Text("indexing"))),
        ["outer"] = (x, _) => x[0].Outer(x[1]),
        ["dot"] = (x, _) => x[0].Dot(x[1]),
        ["cross"] = (x, a) => x[0].Cross(x[1], a.Integer("dim")),
        ["baddbmm"] = (x, a) => x[0].Baddbmm(x[1], x[2], a.Number("beta", 1), a.Number("alpha", 1)),
        ["addbmm"] = (x, a) => x[0].Addbmm(x[1], x[2], a.Number("beta", 1), a.Number("alpha", 1)),
        ["addmm"] = (x, a) => x[0].Addmm(x[1], x[2], a.Number("beta", 1), a.Number("alpha", 1)),
        ["addmv"] = (x, a) => x[0].Addmv(x[1], x[2], a.Number("beta", 1), a.Number("alpha", 1)),
        ["einsum"] = (x, a) => Functional.Einsum(a.Text("equation"), x),
        ["pad"] = (x, a) => Functional.Pad(x[0], Integers(a, "pad"),
            Enum.Parse<PadMode>(a.Text("mode", "constant"), ignoreCase: true), a.Number("value", 0)),
    });

    private static int[] Integers(CaseAttributes attributes, string name) => [.. attributes.Integers(name).Select(i => (int)i)];

    /// <summary>Several results as one, each times its number, so that none can stand for another.</summary>
    private static Tensor Weighted(IReadOnlyList<Tensor> results) =>
        RecordedFamily.Flat([.. results.Select((r, i) => r * (i + 1))]);
}
