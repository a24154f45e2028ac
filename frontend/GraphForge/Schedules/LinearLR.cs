namespace GraphForge.Schedules;

/// <summary>A factor that goes from one value to another in a line, and stays: a warm-up. torch.optim.lr_scheduler.LinearLR.</summary>
public sealed class LinearLR : LearningRateSchedule
{
    private readonly double _startFactor;
    private readonly double _endFactor;
    private readonly long _totalIters;

    /// <param name="startFactor">Above 0, at most 1: a first update with none would be lost.</param>
    /// <param name="endFactor">In [0, 1].</param>
    /// <param name="totalIters">Updates or epochs after which the factor is the last.</param>
    /// <exception cref="Compiler.Graph.GraphException">A setting is out of range.</exception>
    public LinearLR(double startFactor = 1.0 / 3, double endFactor = 1, long totalIters = 5)
    {
        _startFactor = startFactor is > 0 and <= 1
            ? startFactor
            : throw Wrong($"startFactor must lie in (0, 1] but is {startFactor}");
        _endFactor = Share(endFactor, nameof(endFactor));
        _totalIters = AtLeastOne(totalIters, nameof(totalIters));
    }

    public override double At(double baseRate, long count) =>
        baseRate * (_startFactor + (_endFactor - _startFactor) * Math.Min(_totalIters, count) / _totalIters);
}
