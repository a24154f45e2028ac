using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Tracing;

namespace GraphForge.Layers;

/// <summary>
/// The learned rows of each bag of indices combined: integers [bags, size] → [bags, embeddingDim]; see
/// <see cref="Functional.EmbeddingBag"/>.
/// </summary>
public sealed class EmbeddingBag : Module
{
    private readonly BagMode _mode;
    private readonly int? _paddingIdx;

    /// <param name="numEmbeddings">Number of rows; indices are 0..numEmbeddings - 1.</param>
    /// <param name="embeddingDim">Features of a row.</param>
    /// <param name="mode">How the rows of a bag are combined.</param>
    /// <param name="paddingIdx">An index that counts as none, whose row starts as zeros; a negative one counts from the end.</param>
    /// <param name="dtype">Type of the weight.</param>
    /// <exception cref="GraphException">A number is less than 1, or the padding index is no row.</exception>
    public EmbeddingBag(
        int numEmbeddings, int embeddingDim, BagMode mode = BagMode.Mean, int? paddingIdx = null, DType dtype = DType.Float32)
    {
        if (EmbeddingTable.Problem(numEmbeddings, embeddingDim, paddingIdx) is { } problem) throw Error(ErrorCode.BadAttribute, problem);
        (_mode, _paddingIdx) = (mode, paddingIdx);
        Weight = new Parameter(EmbeddingTable.Initializer(paddingIdx), dtype, numEmbeddings, embeddingDim);
    }

    /// <summary>[numEmbeddings, embeddingDim].</summary>
    public Parameter Weight { get; }

    /// <exception cref="GraphException">The input is no integers [bags, size].</exception>
    public override Tensor Forward(Tensor input) => Forward(input, null);

    /// <param name="input">Integers [bags, size].</param>
    /// <param name="perSampleWeights">Of the input's shape: factors of the rows; only for <see cref="BagMode.Sum"/>.</param>
    /// <exception cref="GraphException">The input is no integers [bags, size], or the factors do not fit it or the mode.</exception>
    public Tensor Forward(Tensor input, Tensor? perSampleWeights)
    {
        if (!input.DType.IsInteger() || input.Rank != 2)
            throw Error(ErrorCode.ShapeMismatch, $"takes integer indices [bags, size] but was given {input.Node.Type}.");
        using var scope = Enter();
        IndexRange.Require($"{this} has rows", input, Weight.Shape[0]);
        return Functional.EmbeddingBag(input, Weight, _mode, perSampleWeights, _paddingIdx);
    }
}
