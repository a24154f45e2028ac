namespace GraphForge.Metrics;

/// <summary>The weighted mean of numbers that come one after another.</summary>
public sealed class RunningMean
{
    private double _sum;
    private double _weight;

    /// <summary>NaN while nothing was added.</summary>
    public double Value => _sum / _weight;

    /// <param name="value">Any number; one that is not finite makes the mean so.</param>
    /// <param name="weight">How much it counts, such as the number of samples it is the mean of.</param>
    /// <exception cref="ArgumentException">The weight is negative or no number.</exception>
    public void Add(double value, double weight = 1)
    {
        if (!double.IsFinite(weight) || weight < 0) throw new ArgumentException($"A weight must be at least 0 but is {weight}.");
        if (weight == 0) return;
        _sum += value * weight;
        _weight += weight;
    }

    public void Merge(RunningMean other)
    {
        _sum += other._sum;
        _weight += other._weight;
    }
}
