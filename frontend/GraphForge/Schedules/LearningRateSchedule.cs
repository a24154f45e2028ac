using GraphForge.Compiler.Graph;

namespace GraphForge.Schedules;

/// <summary>
/// The learning rate as a function of the number of updates, or epochs, done so far. It has no state: PyTorch's sequence
/// lr₀, lr₁, … is <c>At(lr, 0), At(lr, 1), …</c>, and the n-th update (from 0) uses <c>At(lr, n)</c>. A learning rate is read by
/// the compiled step, so that following a schedule recompiles nothing.
/// </summary>
public abstract class LearningRateSchedule
{
    private protected LearningRateSchedule() { }

    /// <summary>The learning rate after <paramref name="count"/> updates or epochs.</summary>
    /// <param name="baseRate">The optimizer's own learning rate.</param>
    /// <param name="count">At least 0.</param>
    public abstract double At(double baseRate, long count);

    private protected double Positive(double value, string name) => double.IsFinite(value) && value > 0
        ? value
        : throw Wrong($"{name} must be above 0 but is {value}");

    private protected double NotNegative(double value, string name) => double.IsFinite(value) && value >= 0
        ? value
        : throw Wrong($"{name} must be at least 0 but is {value}");

    private protected double Share(double value, string name) => value is >= 0 and <= 1
        ? value
        : throw Wrong($"{name} must lie in [0, 1] but is {value}");

    private protected long AtLeastOne(long value, string name) => value >= 1
        ? value
        : throw Wrong($"{name} must be at least 1 but is {value}");

    private protected IReadOnlyList<long> Ascending(IReadOnlyList<long> milestones)
    {
        for (var i = 0; i < milestones.Count; i++)
            if (milestones[i] < (i == 0 ? 0 : milestones[i - 1]))
                throw Wrong($"milestones must ascend from 0 but are {string.Join(", ", milestones)}");
        return [.. milestones];
    }

    private protected GraphException Wrong(string problem) => new(ErrorCode.BadAttribute, $"{GetType().Name}: {problem}.");
}

/// <summary>What a schedule counts.</summary>
public enum ScheduleUnit
{
    /// <summary>Updates of the parameters: steps, unless some accumulate or are skipped.</summary>
    Update,

    /// <summary>Epochs, as <c>Training.FitAsync</c> or <see cref="Training.EndEpoch"/> ends them.</summary>
    Epoch,
}
