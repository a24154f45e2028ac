namespace GraphForge.Schedules;

/// <summary>
/// Falls as half a cosine wave, over and over, each time longer (SGDR, Loshchilov and Hutter 2017):
/// torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.
/// </summary>
public sealed class CosineAnnealingWarmRestarts : LearningRateSchedule
{
    private readonly long _t0;
    private readonly long _tMult;
    private readonly double _etaMin;

    /// <param name="t0">Updates or epochs until the first restart.</param>
    /// <param name="tMult">How many times as long as the last each further wave is.</param>
    /// <param name="etaMin">The least learning rate.</param>
    /// <exception cref="Compiler.Graph.GraphException">A setting is out of range.</exception>
    public CosineAnnealingWarmRestarts(long t0, long tMult = 1, double etaMin = 0)
    {
        _t0 = AtLeastOne(t0, nameof(t0));
        _tMult = AtLeastOne(tMult, nameof(tMult));
        _etaMin = NotNegative(etaMin, nameof(etaMin));
    }

    public override double At(double baseRate, long count)
    {
        var (length, position) = (_t0, count);
        if (_tMult == 1) position %= length;
        else
            for (; position >= length; length *= _tMult) position -= length;
        return _etaMin + (baseRate - _etaMin) * (1 + Math.Cos(Math.PI * position / length)) / 2;
    }
}
