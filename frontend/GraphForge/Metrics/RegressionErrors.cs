namespace GraphForge.Metrics;

/// <summary>How far predicted numbers are from the actual ones, summed in float64.</summary>
public sealed class RegressionErrors
{
    private double _squares;
    private double _absolutes;

    /// <summary>Mean of the actual values, and the sum of their squared distances from it.</summary>
    private double _mean;
    private double _spread;

    public long Count { get; private set; }

    /// <summary>NaN while nothing was added, as all others.</summary>
    public double MeanSquaredError => _squares / Count;

    public double RootMeanSquaredError => Math.Sqrt(MeanSquaredError);

    public double MeanAbsoluteError => _absolutes / Count;

    /// <summary>
    /// The share of the actual values' variance that is explained, at most 1. NaN below two values; for equal ones 1 where the
    /// prediction is perfect and else 0, as in scikit-learn.
    /// </summary>
    public double R2 => Count < 2 ? double.NaN : _spread > 0 ? 1 - _squares / _spread : _squares == 0 ? 1 : 0;

    /// <exception cref="ArgumentException">The numbers of values differ; nothing was added.</exception>
    public void Add(ReadOnlySpan<float> actual, ReadOnlySpan<float> predicted)
    {
        if (actual.Length != predicted.Length)
            throw new ArgumentException($"{actual.Length} actual values were given with {predicted.Length} predictions.");
        for (var i = 0; i < actual.Length; i++)
        {
            var error = (double)predicted[i] - actual[i];
            _squares += error * error;
            _absolutes += Math.Abs(error);
            Spread(actual[i], 0, 1);
        }
    }

    public void Merge(RegressionErrors other)
    {
        _squares += other._squares;
        _absolutes += other._absolutes;
        Spread(other._mean, other._spread, other.Count);
    }

    /// <summary>Mean and spread of two sets together (Chan, Golub and LeVeque 1979), without the cancellation of Σy² - n·ȳ².</summary>
    private void Spread(double mean, double spread, long count)
    {
        if (count == 0) return;
        var (distance, total) = (mean - _mean, Count + count);
        _spread += spread + distance * distance * Count / total * count;
        _mean += distance * count / total;
        Count = total;
    }
}
