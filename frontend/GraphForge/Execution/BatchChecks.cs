using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Runtime;

namespace GraphForge.Execution;

/// <summary>Looks at what a step is fed before anything is changed.</summary>
/// <param name="batch">What it should be fed.</param>
internal sealed class BatchChecks(BatchSpec batch)
{
    private readonly long _sampleSize = batch.Sample.Shape.Size.Value;
    private readonly long _targetSize = batch.Target.Shape.Size.Value;

    /// <summary>Number of samples in the spans.</summary>
    /// <exception cref="GraphException">Sizes or types do not fit.</exception>
    public long Size<TSample, TTarget>(ReadOnlySpan<TSample> samples, ReadOnlySpan<TTarget> targets)
        where TSample : unmanaged where TTarget : unmanaged
    {
        CheckType<TSample>("samples", batch.Sample);
        CheckType<TTarget>("targets", batch.Target);
        var size = _sampleSize == 0 ? 0 : samples.Length / _sampleSize;
        if (size == 0 || size * _sampleSize != samples.Length)
            throw new GraphException(ErrorCode.BadRunArgument,
                $"a sample takes {_sampleSize} values ({batch.Sample}); {samples.Length} values are no whole number of samples.");
        if (targets.Length != size * _targetSize)
            throw new GraphException(ErrorCode.BadRunArgument,
                $"{size} samples take {size * _targetSize} target values ({batch.Target} each), but {targets.Length} were given.");
        return size;
    }

    /// <exception cref="GraphException">A data set is empty or has samples of another shape.</exception>
    public void Check(ArrayDataset data)
    {
        CheckType<float>("samples", batch.Sample);
        CheckType<long>("targets", batch.Target);
        if (data.Count == 0)
            throw new GraphException(ErrorCode.BadRunArgument, "the data set holds no samples.");
        if (!data.SampleDims.Select(d => (long)d).SequenceEqual(batch.Sample.Shape.Values) || _targetSize != 1)
            throw new GraphException(ErrorCode.BadRunArgument,
                $"the data set has samples [{string.Join(", ", data.SampleDims)}] with a label each, but the training was compiled " +
                $"for {batch.Sample} with a target {batch.Target}.");
    }

    private static void CheckType<T>(string what, TensorType expected) where T : unmanaged
    {
        if (DTypes.Of<T>() != expected.DType)
            throw new GraphException(ErrorCode.BadRunArgument, $"{what} are {Name(expected.DType)}, but {Name(DTypes.Of<T>())} was given.");
    }

    private static string Name(DType type) => type.ToString().ToLowerInvariant();
}
