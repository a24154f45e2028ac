using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>Adds <see cref="Functional.SinusoidalPositions"/> to a sequence.</summary>
/// <param name="dModel">Features, even.</param>
/// <param name="dropout">Share of the sum's elements that is dropped while training.</param>
/// <param name="batchFirst">Whether sequences are [N, L, dModel] and not [L, N, dModel].</param>
/// <param name="theta">The base of the wavelengths.</param>
public sealed class SinusoidalPositionalEncoding(int dModel, double dropout = 0, bool batchFirst = false, double theta = 10_000)
    : PositionalEncoding(dModel, dropout, batchFirst)
{
    private protected override Tensor Rows(Dim length, Tensor? offset, DType dtype) =>
        Functional.SinusoidalPositions(length, DModel, offset, theta, dtype);
}

/// <summary>Adds to every element of a sequence a learned row for its position.</summary>
public sealed class LearnedPositionalEncoding : PositionalEncoding
{
    /// <param name="maxLength">Number of positions.</param>
    /// <param name="dModel">Features.</param>
    /// <param name="dropout">Share of the sum's elements that is dropped while training.</param>
    /// <param name="batchFirst">Whether sequences are [N, L, dModel] and not [L, N, dModel].</param>
    /// <param name="dtype">Type of the weight.</param>
    /// <exception cref="GraphException">A number is out of range.</exception>
    public LearnedPositionalEncoding(
        int maxLength, int dModel, double dropout = 0, bool batchFirst = false, DType dtype = DType.Float32)
        : base(dModel, dropout, batchFirst)
    {
        if (maxLength < 1 || dModel < 1)
            throw Error(ErrorCode.BadAttribute, $"needs at least one position and one feature but was given {maxLength} and {dModel}.");
        Weight = new Parameter(Init.Normal(std: 0.02), dtype, maxLength, dModel);
    }

    /// <summary>[maxLength, dModel], at first normal with a standard deviation of 0.02, as GPT-2 has it.</summary>
    public Parameter Weight { get; }

    private protected override Tensor Rows(Dim length, Tensor? offset, DType dtype)
    {
        if (length.IsBound && length.Value > Weight.Shape[0].Value)
            throw Error(ErrorCode.ShapeMismatch,
                $"has {Weight.Shape[0]} positions but was given a sequence of {length}; make its maxLength {length}.");
        Tensor weight = Weight;
        if (offset is null && length.IsBound) return weight.Narrow(0, 0, length);
        var positions = Tensor.Arange(length, DType.Int32);
        return new Tensor(weight.Node.Gather(0, (offset is null ? positions : positions + offset).Node));
    }
}

/// <summary>A sequence plus something for each position, then dropout.</summary>
public abstract class PositionalEncoding : Module
{
    private readonly bool _batchFirst;
    private readonly Dropout _dropout;

    private protected PositionalEncoding(int dModel, double dropout, bool batchFirst) =>
        (DModel, _batchFirst, _dropout) = (dModel, batchFirst, new Dropout(dropout));

    /// <summary>Features of the sequence.</summary>
    public int DModel { get; }

    /// <summary>The sequence from position 0 on.</summary>
    public sealed override Tensor Forward(Tensor input) => Forward(input, null);

    /// <param name="input">[L, N, dModel], or [N, L, dModel] with batchFirst, or [L, dModel].</param>
    /// <param name="offset">Position of its first element, an integer scalar such as <see cref="KeyValueCache.Position"/>.</param>
    /// <exception cref="GraphException">The input has another shape.</exception>
    public Tensor Forward(Tensor input, Tensor? offset)
    {
        if (input.Rank is not (2 or 3) || !input.Shape[^1].Is(DModel))
            throw Error(ErrorCode.ShapeMismatch,
                $"takes {(_batchFirst ? $"[N, L, {DModel}]" : $"[L, N, {DModel}]")} or [L, {DModel}] but was given {input.Shape}.");
        using var scope = Enter();
        var batchBehind = input.Rank == 3 && !_batchFirst;
        var rows = Rows(input.Shape[batchBehind ? 0 : input.Rank - 2], offset, input.DType);
        return _dropout.Forward(input + (batchBehind ? rows.Unsqueeze(1) : rows));
    }

    /// <summary>[length, dModel].</summary>
    private protected abstract Tensor Rows(Dim length, Tensor? offset, DType dtype);
}
