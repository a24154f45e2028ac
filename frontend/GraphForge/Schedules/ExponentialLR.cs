namespace GraphForge.Schedules;

/// <summary>Multiplied by gamma every time: torch.optim.lr_scheduler.ExponentialLR.</summary>
public sealed class ExponentialLR : LearningRateSchedule
{
    private readonly double _gamma;

    /// <param name="gamma">At least 0.</param>
    /// <exception cref="Compiler.Graph.GraphException">The setting is out of range.</exception>
    public ExponentialLR(double gamma) => _gamma = NotNegative(gamma, nameof(gamma));

    public override double At(double baseRate, long count) => baseRate * Math.Pow(_gamma, count);
}
