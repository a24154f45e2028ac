using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>Instance normalisation (Ulyanov, Vedaldi, Lempitsky 2016) of [N, C, L]; see <see cref="InstanceNorm"/>.</summary>
/// <param name="numFeatures">Number of channels C.</param>
/// <param name="eps">Added to the variance.</param>
/// <param name="momentum">Share of a batch in the running statistics; null leaves them as they are, as in PyTorch.</param>
/// <param name="affine">Whether channels are scaled by weight and shifted by bias.</param>
/// <param name="trackRunningStats">Whether running statistics are kept, and used when not training.</param>
/// <param name="dtype">Type of the parameters and statistics.</param>
/// <exception cref="GraphException">There is no channel.</exception>
public sealed class InstanceNorm1d(int numFeatures, double eps = 1e-5, double? momentum = 0.1, bool affine = false,
    bool trackRunningStats = false, DType dtype = DType.Float32)
    : InstanceNorm(numFeatures, spatialRank: 1, eps, momentum, affine, trackRunningStats, dtype);

/// <summary>Instance normalisation (Ulyanov, Vedaldi, Lempitsky 2016) of [N, C, H, W]; see <see cref="InstanceNorm"/>.</summary>
/// <inheritdoc cref="InstanceNorm1d"/>
public sealed class InstanceNorm2d(int numFeatures, double eps = 1e-5, double? momentum = 0.1, bool affine = false,
    bool trackRunningStats = false, DType dtype = DType.Float32)
    : InstanceNorm(numFeatures, spatialRank: 2, eps, momentum, affine, trackRunningStats, dtype);

/// <summary>Instance normalisation (Ulyanov, Vedaldi, Lempitsky 2016) of [N, C, D, H, W]; see <see cref="InstanceNorm"/>.</summary>
/// <inheritdoc cref="InstanceNorm1d"/>
public sealed class InstanceNorm3d(int numFeatures, double eps = 1e-5, double? momentum = 0.1, bool affine = false,
    bool trackRunningStats = false, DType dtype = DType.Float32)
    : InstanceNorm(numFeatures, spatialRank: 3, eps, momentum, affine, trackRunningStats, dtype);

/// <summary>
/// Normalises each channel of each sample by its own mean and biased variance. Where running statistics are kept, the samples'
/// means and unbiased variances enter them averaged over the batch, and they take the place of the sample's own when not training.
/// </summary>
public abstract class InstanceNorm : ChannelNorm
{
    private readonly double _momentum;

    private protected InstanceNorm(int numFeatures, int spatialRank, double eps, double? momentum, bool affine, bool trackRunningStats,
        DType dtype) : base(numFeatures, spatialRank, eps, affine, trackRunningStats, dtype) => _momentum = momentum ?? 0;

    public sealed override Tensor Forward(Tensor input)
    {
        CheckInput(input, orPlain: false);
        using var scope = Enter();
        if (!IsTraining && RunningMean is not null) return Normalise(input, Running(input));
        var count = input.Shape.Skip(2).Aggregate((Dim)1, (product, extent) => product * extent);
        if (count.Is(1))
            throw Error(ErrorCode.ShapeMismatch, $"needs more than 1 spatial element but was given {input.Shape}; " +
                "normalise larger inputs, or leave the layer out.");
        var moments = Moments.Of(input, SpatialAxes.Of(input));
        if (IsTraining && RunningMean is not null)
            Update(moments.Mean.Mean(0), moments.UnbiasedVariance(count).Mean(0), _momentum);
        return Normalise(input, moments);
    }
}
