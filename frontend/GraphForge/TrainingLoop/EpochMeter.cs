using System.Diagnostics;

namespace GraphForge.TrainingLoop;

/// <summary>Sums up an epoch's steps. Time stands still while <see cref="Exclude"/>d work goes on.</summary>
/// <param name="countsCorrect">Whether steps count right class decisions.</param>
/// <param name="decisionsPerSample">Class decisions of one sample.</param>
internal sealed class EpochMeter(bool countsCorrect, long decisionsPerSample)
{
    private long _started = Stopwatch.GetTimestamp();
    private double _lossSum;
    private long _correct;
    private long _samples;

    /// <summary>Mean over samples: a partial batch weighs less.</summary>
    public double Loss => _lossSum / _samples;

    public double Accuracy => countsCorrect ? (double)_correct / (_samples * decisionsPerSample) : double.NaN;

    public double SamplesPerSecond => _samples / Stopwatch.GetElapsedTime(_started).TotalSeconds;

    public void Add(float loss, long correct, int samples)
    {
        _lossSum += (double)loss * samples;
        _correct += correct;
        _samples += samples;
    }

    /// <summary>Takes work that is no training, such as compiling for another batch size, out of the time.</summary>
    public void Exclude(long ticks) => _started += ticks;
}
