using System.Runtime.InteropServices;
using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Runtime;

namespace GraphForge.Execution;

/// <summary>Looks at what a step is fed before anything is changed.</summary>
/// <param name="batch">What it should be fed.</param>
/// <param name="classes">Number of classes where targets are class numbers, else 0.</param>
/// <param name="ignoredLabel">The class number that the loss leaves out; null if it counts all.</param>
internal sealed class BatchChecks(BatchSpec batch, int classes, long? ignoredLabel)
{
    private readonly long _sampleSize = batch.Sample.Shape.Size.Value;
    private readonly long _targetSize = batch.Target.Shape.Size.Value;

    /// <summary>Number of samples in the spans.</summary>
    /// <exception cref="GraphException">Sizes or types do not fit, or a class is out of range.</exception>
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
        CheckClasses(targets, "the batch");
        return size;
    }

    /// <exception cref="GraphException">A data set is empty, has samples of another shape, or a class out of range.</exception>
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
        CheckClasses(data.Labels, "the data set");
    }

    private static void CheckType<T>(string what, TensorType expected) where T : unmanaged
    {
        if (DTypes.Of<T>() != expected.DType)
            throw new GraphException(ErrorCode.BadRunArgument, $"{what} are {Name(expected.DType)}, but {Name(DTypes.Of<T>())} was given.");
    }

    private void CheckClasses<T>(ReadOnlySpan<T> targets, string where) where T : unmanaged
    {
        if (classes == 0) return;
        for (var i = 0; i < targets.Length; i++)
        {
            var label = typeof(T) == typeof(long) ? MemoryMarshal.Cast<T, long>(targets)[i]
                : typeof(T) == typeof(int) ? MemoryMarshal.Cast<T, int>(targets)[i]
                : MemoryMarshal.AsBytes(targets)[i];
            if ((label < 0 || label >= classes) && label != ignoredLabel)
                throw new GraphException(ErrorCode.BadRunArgument,
                    $"label {i} of {where} is {label}, but the model tells {classes} classes, 0..{classes - 1}{Ignored}.");
        }
    }

    private string Ignored => ignoredLabel is { } label ? $", and the loss ignores {label}" : "";

    private static string Name(DType type) => type.ToString().ToLowerInvariant();
}
