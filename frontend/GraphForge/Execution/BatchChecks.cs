using System.Runtime.InteropServices;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Execution;

/// <summary>Looks at what a step is fed before anything is changed.</summary>
/// <param name="batch">What it should be fed.</param>
/// <param name="classes">Number of classes where targets are class numbers, else 0.</param>
internal sealed class BatchChecks(Batch batch, int classes)
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
        CheckClasses(targets);
        return size;
    }

    private static void CheckType<T>(string what, TensorType expected) where T : unmanaged
    {
        if (DTypes.Of<T>() != expected.DType)
            throw new GraphException(ErrorCode.BadRunArgument, $"{what} are {Name(expected.DType)}, but {Name(DTypes.Of<T>())} was given.");
    }

    private void CheckClasses<T>(ReadOnlySpan<T> targets) where T : unmanaged
    {
        if (classes == 0) return;
        for (var i = 0; i < targets.Length; i++)
        {
            var label = typeof(T) == typeof(long) ? MemoryMarshal.Cast<T, long>(targets)[i]
                : typeof(T) == typeof(int) ? MemoryMarshal.Cast<T, int>(targets)[i]
                : MemoryMarshal.AsBytes(targets)[i];
            if (label < 0 || label >= classes)
                throw new GraphException(ErrorCode.BadRunArgument,
                    $"label {i} of the batch is {label}, but the model tells {classes} classes, 0..{classes - 1}.");
        }
    }

    private static string Name(DType type) => type.ToString().ToLowerInvariant();
}
