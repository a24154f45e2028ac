using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Runtime;

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
        if (numEmbeddings < 1 || embeddingDim < 1)
            throw Error(ErrorCode.BadAttribute,
                $"needs at least one row and one feature but was given {numEmbeddings} and {embeddingDim}.");
        if (paddingIdx < -numEmbeddings || paddingIdx >= numEmbeddings)
            throw Error(ErrorCode.BadAttribute, $"needs a paddingIdx among its {numEmbeddings} rows but was given {paddingIdx}.");
        (NumEmbeddings, EmbeddingDim) = (numEmbeddings, embeddingDim);
        _paddingIdx = paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
        Weight = new Parameter(Draw, dtype, numEmbeddings, embeddingDim);
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
        return Functional.Embedding(input, Weight, _paddingIdx);
    }

    private void Draw(Span<float> values, ReadOnlySpan<long> dims, RandomStream random)
    {
        Init.Normal()(values, dims, random);
        if (_paddingIdx is { } row) values.Slice(row * EmbeddingDim, EmbeddingDim).Clear();
    }
}
