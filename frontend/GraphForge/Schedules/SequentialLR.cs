namespace GraphForge.Schedules;

/// <summary>One schedule after another, each counting from its own beginning: torch.optim.lr_scheduler.SequentialLR.</summary>
/// <example><code>new SequentialLR([new LinearLR(0.01, totalIters: 500), new CosineAnnealingLR(9_500)], milestones: [500])</code></example>
public sealed class SequentialLR : LearningRateSchedule
{
    private readonly IReadOnlyList<LearningRateSchedule> _schedules;
    private readonly IReadOnlyList<long> _milestones;

    /// <param name="schedules">At least one.</param>
    /// <param name="milestones">Where each but the first begins, ascending.</param>
    /// <exception cref="Compiler.Graph.GraphException">The numbers do not fit, or the milestones do not ascend.</exception>
    public SequentialLR(IReadOnlyList<LearningRateSchedule> schedules, IReadOnlyList<long> milestones)
    {
        if (schedules.Count == 0 || milestones.Count != schedules.Count - 1)
            throw Wrong($"{schedules.Count} schedules take {Math.Max(0, schedules.Count - 1)} milestones between them " +
                $"but were given {milestones.Count}");
        (_schedules, _milestones) = ([.. schedules], Ascending(milestones));
    }

    public override double At(double baseRate, long count)
    {
        var current = 0;
        while (current < _milestones.Count && _milestones[current] <= count) current++;
        return _schedules[current].At(baseRate, current == 0 ? count : count - _milestones[current - 1]);
    }
}
