using System.Diagnostics;

namespace GraphForge.TrainingLoop;

/// <summary>Sums up an epoch's steps. Time stands still while <see cref="Exclude"/>d work goes on.</summary>
internal sealed class EpochMeter
{
    private long _started = Stopwatch.GetTimestamp();
    private double _lossSum;
    private long _correct;
    private long _decisions;
    private long _samples;

    /// <summary>Mean over samples: a partial batch weighs less.</summary>
    public double Loss => _lossSum / _samples;

    /// <summary>Share of right class decisions; NaN where there are none.</summary>
    public double Accuracy => (double)_correct / _decisions;

    public double SamplesPerSecond => _samples / Stopwatch.GetElapsedTime(_started).TotalSeconds;

    public void Add(float loss, int samples)
    {
        _lossSum += (double)loss * samples;
        _samples += samples;
    }

    public void AddDecisions(long correct, long decisions)
    {
        _correct += correct;
        _decisions += decisions;
    }

    /// <summary>Takes work that is no training, such as compiling for another batch size, out of the time.</summary>
    public void Exclude(long ticks) => _started += ticks;
}
