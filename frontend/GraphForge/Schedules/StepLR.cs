namespace GraphForge.Schedules;

/// <summary>Multiplied by gamma every so often: torch.optim.lr_scheduler.StepLR.</summary>
public sealed class StepLR : LearningRateSchedule
{
    private readonly long _stepSize;
    private readonly double _gamma;

    /// <param name="stepSize">Updates or epochs between two changes, at least 1.</param>
    /// <param name="gamma">At least 0.</param>
    /// <exception cref="Compiler.Graph.GraphException">A setting is out of range.</exception>
    public StepLR(long stepSize, double gamma = 0.1)
    {
        _stepSize = AtLeastOne(stepSize, nameof(stepSize));
        _gamma = NotNegative(gamma, nameof(gamma));
    }

    public override double At(double baseRate, long count) => baseRate * Math.Pow(_gamma, count / _stepSize);
}
