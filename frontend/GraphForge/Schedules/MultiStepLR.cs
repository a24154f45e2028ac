namespace GraphForge.Schedules;

/// <summary>Multiplied by gamma at every milestone: torch.optim.lr_scheduler.MultiStepLR.</summary>
public sealed class MultiStepLR : LearningRateSchedule
{
    private readonly IReadOnlyList<long> _milestones;
    private readonly double _gamma;

    /// <param name="milestones">Counts of updates or epochs, ascending; one that stands twice acts twice.</param>
    /// <param name="gamma">At least 0.</param>
    /// <exception cref="Compiler.Graph.GraphException">A setting is out of range.</exception>
    public MultiStepLR(IReadOnlyList<long> milestones, double gamma = 0.1)
    {
        _milestones = Ascending(milestones);
        _gamma = NotNegative(gamma, nameof(gamma));
    }

    public override double At(double baseRate, long count) => baseRate * Math.Pow(_gamma, Passed(count));

    private int Passed(long count)
    {
        var passed = 0;
        while (passed < _milestones.Count && _milestones[passed] <= count) passed++;
        return passed;
    }
}
