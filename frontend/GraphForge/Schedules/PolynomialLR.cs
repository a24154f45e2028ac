namespace GraphForge.Schedules;

/// <summary>Falls to 0 as a power of the time that is left: torch.optim.lr_scheduler.PolynomialLR.</summary>
public sealed class PolynomialLR : LearningRateSchedule
{
    private readonly long _totalIters;
    private readonly double _power;

    /// <param name="totalIters">Updates or epochs after which the learning rate is 0.</param>
    /// <param name="power">Above 0.</param>
    /// <exception cref="Compiler.Graph.GraphException">A setting is out of range.</exception>
    public PolynomialLR(long totalIters = 5, double power = 1)
    {
        _totalIters = AtLeastOne(totalIters, nameof(totalIters));
        _power = Positive(power, nameof(power));
    }

    public override double At(double baseRate, long count) =>
        baseRate * Math.Pow(1 - (double)Math.Min(_totalIters, count) / _totalIters, _power);
}
