using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Runtime;

namespace GraphForge;

/// <summary>What one step of training is fed: how many samples, and what a sample and its target are.</summary>
/// <param name="Size">Samples in a full batch. Smaller ones, such as an epoch's last, and larger ones work too.</param>
/// <param name="Sample">Shape and type of one sample.</param>
/// <param name="Target">Shape and type of one target; an int64 scalar is a class number.</param>
public sealed record BatchSpec(int Size, TensorType Sample, TensorType Target)
{
    internal static readonly DimSymbol Symbol = new("batch");

    public int Size { get; } = Size >= 1
        ? Size
        : throw new GraphException(ErrorCode.BadAttribute, $"a batch holds at least 1 sample, not {Size}.");

    /// <summary><paramref name="size"/> samples of a data set, each with its label.</summary>
    public static BatchSpec Of(ArrayDataset data, int size) => Of(size, [.. data.SampleDims.Select(d => (long)d)]);

    /// <summary>float32 samples of shape <paramref name="sampleDims"/>, each with a class number.</summary>
    public static BatchSpec Of(int size, params ReadOnlySpan<long> sampleDims) =>
        new(size, new TensorType(DType.Float32, Shape.Of(sampleDims)), new TensorType(DType.Int64, Shape.Scalar));

    /// <summary>The batch with float32 targets of shape <paramref name="dims"/> in place of class numbers.</summary>
    public BatchSpec WithTarget(params ReadOnlySpan<long> dims) =>
        new(Size, Sample, new TensorType(DType.Float32, Shape.Of(dims)));
}
