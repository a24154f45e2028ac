using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Tracing;

namespace GraphForge.Layers;

/// <summary>
/// A learned row for each index: integers […] → […, embeddingDim]; see <see cref="Functional.Embedding"/>. PyTorch's maxNorm,
/// which changes weights during the forward pass, is not offered.
/// </summary>
public sealed class Embedding : Module
{
    private readonly int? _paddingIdx;

    /// <param name="numEmbeddings">Number of rows; indices are 0..numEmbeddings - 1.</param>
    /// <param name="embeddingDim">Features of a row.</param>
    /// <param name="paddingIdx">An index whose row starts as zeros and is not trained; a negative one counts from the end.</param>
    /// <param name="dtype">Type of the weight.</param>
    /// <exception cref="GraphException">A number is less than 1, or the padding index is no row.</exception>
    public Embedding(int numEmbeddings, int embeddingDim, int? paddingIdx = null, DType dtype = DType.Float32)
    {
        if (EmbeddingTable.Problem(numEmbeddings, embeddingDim, paddingIdx) is { } problem) throw Error(ErrorCode.BadAttribute, problem);
        (NumEmbeddings, EmbeddingDim, _paddingIdx) = (numEmbeddings, embeddingDim, paddingIdx);
        Weight = new Parameter(EmbeddingTable.Initializer(paddingIdx), dtype, numEmbeddings, embeddingDim);
    }

    public int NumEmbeddings { get; }

    public int EmbeddingDim { get; }

    /// <summary>[numEmbeddings, embeddingDim].</summary>
    public Parameter Weight { get; }

    public override Tensor Forward(Tensor input)
    {
        if (!input.DType.IsInteger())
            throw Error(ErrorCode.WrongDType, $"takes integer indices but was given {input.Node.Type}; cast them, or feed integers.");
        using var scope = Enter();
        IndexRange.Require($"{this} has rows", input, NumEmbeddings);
        return Functional.Embedding(input, Weight, _paddingIdx);
    }
}
