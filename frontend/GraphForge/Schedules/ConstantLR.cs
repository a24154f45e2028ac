namespace GraphForge.Schedules;

/// <summary>Multiplied by a factor at first, the whole afterwards: torch.optim.lr_scheduler.ConstantLR.</summary>
public sealed class ConstantLR : LearningRateSchedule
{
    private readonly double _factor;
    private readonly long _totalIters;

    /// <param name="factor">In [0, 1].</param>
    /// <param name="totalIters">Updates or epochs it lasts.</param>
    /// <exception cref="Compiler.Graph.GraphException">A setting is out of range.</exception>
    public ConstantLR(double factor = 1.0 / 3, long totalIters = 5)
    {
        _factor = Share(factor, nameof(factor));
        _totalIters = AtLeastOne(totalIters, nameof(totalIters));
    }

    public override double At(double baseRate, long count) => count < _totalIters ? baseRate * _factor : baseRate;
}
