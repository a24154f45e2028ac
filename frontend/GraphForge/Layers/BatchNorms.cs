using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>Batch normalisation (Ioffe, Szegedy 2015) of [N, C] or [N, C, L]; see <see cref="BatchNorm"/>.</summary>
/// <param name="numFeatures">Number of channels C.</param>
/// <param name="eps">Added to the variance.</param>
/// <param name="momentum">Share of a batch in the running statistics; null weighs all batches alike.</param>
/// <param name="affine">Whether channels are scaled by weight and shifted by bias.</param>
/// <param name="trackRunningStats">Whether running statistics are kept; without them each batch is normalised by its own.</param>
/// <param name="dtype">Type of the parameters and statistics.</param>
/// <exception cref="GraphException">There is no channel.</exception>
public sealed class BatchNorm1d(int numFeatures, double eps = 1e-5, double? momentum = 0.1, bool affine = true,
    bool trackRunningStats = true, DType dtype = DType.Float32)
    : BatchNorm(numFeatures, spatialRank: 1, eps, momentum, affine, trackRunningStats, dtype);

/// <summary>Batch normalisation (Ioffe, Szegedy 2015) of [N, C, H, W]; see <see cref="BatchNorm"/>.</summary>
/// <inheritdoc cref="BatchNorm1d"/>
public sealed class BatchNorm2d(int numFeatures, double eps = 1e-5, double? momentum = 0.1, bool affine = true,
    bool trackRunningStats = true, DType dtype = DType.Float32)
    : BatchNorm(numFeatures, spatialRank: 2, eps, momentum, affine, trackRunningStats, dtype);

/// <summary>Batch normalisation (Ioffe, Szegedy 2015) of [N, C, D, H, W]; see <see cref="BatchNorm"/>.</summary>
/// <inheritdoc cref="BatchNorm1d"/>
public sealed class BatchNorm3d(int numFeatures, double eps = 1e-5, double? momentum = 0.1, bool affine = true,
    bool trackRunningStats = true, DType dtype = DType.Float32)
    : BatchNorm(numFeatures, spatialRank: 3, eps, momentum, affine, trackRunningStats, dtype);

/// <summary>
/// Normalises each channel: while training by the batch's mean and biased variance, else by running statistics, into which each
/// training batch enters with its mean and unbiased variance.
/// </summary>
public abstract class BatchNorm : ChannelNorm
{
    private readonly double? _momentum;

    private protected BatchNorm(int numFeatures, int spatialRank, double eps, double? momentum, bool affine, bool trackRunningStats,
        DType dtype) : base(numFeatures, spatialRank, eps, affine, trackRunningStats, dtype) => _momentum = momentum;

    public sealed override Tensor Forward(Tensor input)
    {
        CheckInput(input, orPlain: SpatialRank == 1);
        using var scope = Enter();
        if (!IsTraining && RunningMean is not null) return Normalise(input, Running(input));
        var moments = Moments.OfChannels(input, ToString(), Site);
        if (IsTraining && RunningMean is not null)
        {
            var batches = NumBatchesTracked!.Latest + 1;
            NumBatchesTracked.Assign(batches);
            Update(moments.Mean, moments.UnbiasedVariance(Moments.ValuesPerChannel(input)), _momentum ?? 1.0 / batches.To(RunningMean.DType));
        }
        return Normalise(input, moments);
    }
}
