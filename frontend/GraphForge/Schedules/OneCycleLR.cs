using GraphForge.Compiler.Graph;

namespace GraphForge.Schedules;

/// <summary>
/// Rises to a maximum and falls below where it began (Smith and Topin 2018): torch.optim.lr_scheduler.OneCycleLR. The
/// optimizer's own learning rate plays no part, and its momentum stays as it is (PyTorch's cycle_momentum: false).
/// </summary>
public sealed class OneCycleLR : LearningRateSchedule
{
    private readonly long _totalSteps;
    private readonly AnnealStrategy _strategy;
    private readonly (double End, double From, double To)[] _phases;

    /// <param name="maxLr">The largest learning rate.</param>
    /// <param name="totalSteps">Updates, or epochs, of the whole cycle; afterwards the learning rate stays at its least.</param>
    /// <param name="pctStart">Share of the cycle that rises.</param>
    /// <param name="annealStrategy">How it rises and falls.</param>
    /// <param name="divFactor">The first learning rate is the maximum divided by this.</param>
    /// <param name="finalDivFactor">The last learning rate is the first divided by this.</param>
    /// <param name="threePhase">Whether it first falls as it rose, and only then below.</param>
    /// <exception cref="GraphException">A setting is out of range.</exception>
    public OneCycleLR(double maxLr, long totalSteps, double pctStart = 0.3, AnnealStrategy annealStrategy = AnnealStrategy.Cos,
        double divFactor = 25, double finalDivFactor = 1e4, bool threePhase = false)
    {
        _totalSteps = AtLeastOne(totalSteps, nameof(totalSteps));
        _strategy = annealStrategy;
        var top = Positive(maxLr, nameof(maxLr));
        var first = top / Positive(divFactor, nameof(divFactor));
        var last = first / Positive(finalDivFactor, nameof(finalDivFactor));
        var rise = Share(pctStart, nameof(pctStart)) * totalSteps;
        _phases = threePhase
            ? [(rise - 1, first, top), (2 * rise - 2, top, first), (totalSteps - 1, first, last)]
            : [(rise - 1, first, top), (totalSteps - 1, top, last)];
    }

    public override double At(double baseRate, long count)
    {
        var step = Math.Min(count, _totalSteps - 1);
        var (start, phase) = (0.0, 0);
        while (step > _phases[phase].End && phase < _phases.Length - 1) start = _phases[phase++].End;
        var (end, from, to) = _phases[phase];
        return Between(from, to, end == start ? 1 : (step - start) / (end - start));
    }

    private double Between(double from, double to, double share) => _strategy == AnnealStrategy.Cos
        ? to + (from - to) / 2 * (1 + Math.Cos(Math.PI * share))
        : from + (to - from) * share;
}

/// <summary>How <see cref="OneCycleLR"/> gets from one learning rate to another.</summary>
public enum AnnealStrategy
{
    /// <summary>Half a cosine wave.</summary>
    Cos,

    /// <summary>A line.</summary>
    Linear,
}
