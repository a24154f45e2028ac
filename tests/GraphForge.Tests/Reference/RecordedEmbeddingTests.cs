using GraphForge.Compiler.Tests.Reference;
using GraphForge.Layers;
using static GraphForge.Tests.Reference.RecordedFamily;

namespace GraphForge.Tests.Reference;

/// <summary>Embeddings and bilinear products with the recorded weights against PyTorch's outputs and gradients.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class RecordedEmbeddingTests : RecordedFamilyTests<RecordedEmbeddingTests>, IRecordedFamily
{
    public static RecordedFamily Family { get; } = new("embedding_layers", new Dictionary<string, FamilyFunction>
    {
        ["embedding"] = Layer(a => new Embedding(a.Integer("num_embeddings"), a.Integer("embedding_dim"), PaddingIdx(a))),
        ["embedding bag"] = Layer(a => new EmbeddingBag(a.Integer("num_embeddings"), a.Integer("embedding_dim"),
            Enum.Parse<BagMode>(a.Text("mode"), ignoreCase: true), PaddingIdx(a))),
        ["weighed bag"] = (x, _) => Functional.EmbeddingBag(x[0], x[1], BagMode.Sum, perSampleWeights: x[2]),
        ["bilinear"] = (x, a) =>
        {
            var layer = new Bilinear(
                a.Integer("in1_features"), a.Integer("in2_features"), a.Integer("out_features"), a.Flag("bias", true));
            return Apply(layer, () => layer.Forward(x[0], x[1]), x, a);
        },
    });

    private static int? PaddingIdx(CaseAttributes a) => a.Has("padding_idx") ? a.Integer("padding_idx") : null;
}
