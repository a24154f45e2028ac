namespace GraphForge.Schedules;

/// <summary>
/// Falls from the base rate to the least as half a cosine wave and, as PyTorch has it, rises again afterwards:
/// torch.optim.lr_scheduler.CosineAnnealingLR.
/// </summary>
public sealed class CosineAnnealingLR : LearningRateSchedule
{
    private readonly long _tMax;
    private readonly double _etaMin;

    /// <param name="tMax">Updates or epochs after which the learning rate is least.</param>
    /// <param name="etaMin">The least learning rate.</param>
    /// <exception cref="Compiler.Graph.GraphException">A setting is out of range.</exception>
    public CosineAnnealingLR(long tMax, double etaMin = 0)
    {
        _tMax = AtLeastOne(tMax, nameof(tMax));
        _etaMin = NotNegative(etaMin, nameof(etaMin));
    }

    public override double At(double baseRate, long count) =>
        _etaMin + (baseRate - _etaMin) * (1 + Math.Cos(Math.PI * count / _tMax)) / 2;
}
