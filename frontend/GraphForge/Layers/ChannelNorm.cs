using GraphForge.Compiler.Graph;
using GraphForge.Initialization;
using GraphForge.Runtime;

namespace GraphForge.Layers;

/// <summary>What batch and instance normalisation share: one mean and variance a channel, with running ones where kept.</summary>
public abstract class ChannelNorm : Module
{
    private readonly double _eps;

    private protected ChannelNorm(int numFeatures, int spatialRank, double eps, bool affine, bool trackRunningStats, DType dtype)
    {
        if (numFeatures < 1) throw Error(ErrorCode.BadAttribute, $"needs at least one channel but was given {numFeatures}.");
        (NumFeatures, SpatialRank, _eps) = (numFeatures, spatialRank, eps);
        if (affine)
        {
            Weight = new Parameter(Init.Ones, dtype, numFeatures);
            Bias = new Parameter(Init.Zeros, dtype, numFeatures);
        }
        if (!trackRunningStats) return;
        // Running means move by less than the digits of 16 bits can follow.
        RunningMean = new ModuleBuffer(Init.Zeros, dtype.Arithmetic(), numFeatures);
        RunningVar = new ModuleBuffer(Init.Ones, dtype.Arithmetic(), numFeatures);
        NumBatchesTracked = new ModuleBuffer(Init.Zeros, DType.Int64);
    }

    public int NumFeatures { get; }

    /// <summary>[numFeatures], ones at first; null without affine.</summary>
    public Parameter? Weight { get; }

    /// <summary>[numFeatures], zeros at first; null without affine.</summary>
    public Parameter? Bias { get; }

    /// <summary>[numFeatures], zeros at first; null without running statistics.</summary>
    public ModuleBuffer? RunningMean { get; }

    /// <summary>[numFeatures], ones at first; null without running statistics.</summary>
    public ModuleBuffer? RunningVar { get; }

    /// <summary>How many batches batch normalisation has trained on, an int64 scalar; null without running statistics.</summary>
    public ModuleBuffer? NumBatchesTracked { get; }

    private protected int SpatialRank { get; }

    /// <summary>Fails unless the input has the layer's channels and spatial axes, or is [N, C] where that is allowed.</summary>
    private protected void CheckInput(Tensor input, bool orPlain)
    {
        var rankFits = input.Rank == SpatialRank + 2 || orPlain && input.Rank == 2;
        if (rankFits && input.Shape[1].Is(NumFeatures)) return;
        var plain = orPlain ? $"{SpatialAxes.Layout(0, NumFeatures)} or " : "";
        var remedy = rankFits ? $"make its numFeatures {input.Shape[1]}" : "reshape the input, or use the layer for its number of axes";
        throw Error(ErrorCode.ShapeMismatch,
            $"takes {plain}{SpatialAxes.Layout(SpatialRank, NumFeatures)} but was given {input.Shape}; {remedy}.");
    }

    private protected Moments Running(Tensor input) =>
        new(SpatialAxes.PerChannel(RunningMean!, input.Rank - 2), SpatialAxes.PerChannel(RunningVar!, input.Rank - 2));

    private protected Tensor Normalise(Tensor input, Moments moments) =>
        Functional.PerChannel(input, moments, _eps, Weight, Bias);

    /// <summary>Moves the running statistics towards those of a batch by its share of them.</summary>
    private protected void Update(Tensor mean, Tensor variance, Tensor share)
    {
        Move(RunningMean!, mean, share);
        Move(RunningVar!, variance, share);
    }

    private static void Move(ModuleBuffer running, Tensor batch, Tensor share) =>
        running.Assign((running.Latest * (1 - share) + batch.Reshape(-1) * share).To(running.DType));
}
