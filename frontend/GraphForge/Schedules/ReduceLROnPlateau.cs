using GraphForge.Compiler.Graph;

namespace GraphForge.Schedules;

/// <summary>
/// Lowers the learning rates when a metric has stopped improving: torch.optim.lr_scheduler.ReduceLROnPlateau. It is told the
/// metric at the end of every epoch.
/// </summary>
public sealed class ReduceLROnPlateau
{
    private readonly PlateauMode _mode;
    private readonly double _factor;
    private readonly int _patience;
    private readonly double _threshold;
    private readonly ThresholdMode _thresholdMode;
    private readonly int _cooldown;
    private readonly double _minLr;
    private readonly double _eps;

    /// <param name="mode">Whether less or more of the metric is better.</param>
    /// <param name="factor">What the learning rates are multiplied by, in [0, 1).</param>
    /// <param name="patience">Epochs without improvement that are put up with.</param>
    /// <param name="threshold">How much better counts as better.</param>
    /// <param name="thresholdMode">Whether the threshold is a share of the best value, or a difference.</param>
    /// <param name="cooldown">Epochs after a change in which nothing is counted.</param>
    /// <param name="minLr">The least learning rate.</param>
    /// <param name="eps">Smaller changes are not made.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public ReduceLROnPlateau(PlateauMode mode = PlateauMode.Min, double factor = 0.1, int patience = 10, double threshold = 1e-4,
        ThresholdMode thresholdMode = ThresholdMode.Rel, int cooldown = 0, double minLr = 0, double eps = 1e-8)
    {
        if (factor is not (>= 0 and < 1)) throw Wrong($"factor must lie in [0, 1) but is {factor}");
        (_mode, _thresholdMode, _factor) = (mode, thresholdMode, factor);
        _patience = (int)NotNegative(patience, nameof(patience));
        _cooldown = (int)NotNegative(cooldown, nameof(cooldown));
        _threshold = NotNegative(threshold, nameof(threshold));
        _minLr = NotNegative(minLr, nameof(minLr));
        _eps = NotNegative(eps, nameof(eps));
    }

    /// <summary>Before the first epoch.</summary>
    internal PlateauState Start => new(_mode == PlateauMode.Min ? double.PositiveInfinity : double.NegativeInfinity, 0, 0);

    /// <summary>After one more epoch.</summary>
    /// <param name="state">As it was before.</param>
    /// <param name="metric">The epoch's value; no number counts as no improvement.</param>
    /// <param name="reduces">Whether the learning rates are to be lowered now.</param>
    internal PlateauState After(PlateauState state, double metric, out bool reduces)
    {
        var (best, bad, cooldown) = state;
        if (IsBetter(metric, best)) (best, bad) = (metric, 0);
        else bad++;
        if (cooldown > 0) (cooldown, bad) = (cooldown - 1, 0);
        reduces = bad > _patience;
        return reduces ? new PlateauState(best, 0, _cooldown) : new PlateauState(best, bad, cooldown);
    }

    internal double Reduced(double learningRate)
    {
        var reduced = Math.Max(learningRate * _factor, _minLr);
        return learningRate - reduced > _eps ? reduced : learningRate;
    }

    private bool IsBetter(double metric, double best) => (_mode, _thresholdMode) switch
    {
        (PlateauMode.Min, ThresholdMode.Rel) => metric < best * (1 - _threshold),
        (PlateauMode.Min, _) => metric < best - _threshold,
        (_, ThresholdMode.Rel) => metric > best * (1 + _threshold),
        _ => metric > best + _threshold,
    };

    private static double NotNegative(double value, string name) => double.IsFinite(value) && value >= 0
        ? value
        : throw Wrong($"{name} must be at least 0 but is {value}");

    private static GraphException Wrong(string problem) => new(ErrorCode.BadAttribute, $"ReduceLROnPlateau: {problem}.");
}

/// <summary>What <see cref="ReduceLROnPlateau"/> remembers.</summary>
/// <param name="Best">Best metric so far.</param>
/// <param name="BadEpochs">Epochs since.</param>
/// <param name="Cooldown">Epochs in which nothing is counted yet.</param>
internal readonly record struct PlateauState(double Best, int BadEpochs, int Cooldown);

/// <summary>Which way a metric improves.</summary>
public enum PlateauMode
{
    /// <summary>Less is better, as of a loss.</summary>
    Min,

    /// <summary>More is better, as of an accuracy.</summary>
    Max,
}

/// <summary>What the threshold of <see cref="ReduceLROnPlateau"/> is.</summary>
public enum ThresholdMode
{
    /// <summary>A share of the best value.</summary>
    Rel,

    /// <summary>A difference from the best value.</summary>
    Abs,
}
