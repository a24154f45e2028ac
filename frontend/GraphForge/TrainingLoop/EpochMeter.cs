using System.Diagnostics;

namespace GraphForge.TrainingLoop;

/// <summary>Sums up an epoch's steps. Time stands still while <see cref="Exclude"/>d work goes on.</summary>
/// <param name="start">The epoch, before its first step.</param>
internal sealed class EpochMeter(TrainingProgress start)
{
    private readonly Dictionary<string, double> _metricSums = [];
    private long _started = Stopwatch.GetTimestamp();
    private double _lossSum;
    private long _correct;
    private long _decisions;
    private long _samples;

    /// <summary>Where the epoch stands. Means are over samples: a partial batch weighs less.</summary>
    public TrainingProgress Now { get; private set; } = start;

    public IReadOnlyDictionary<string, double> Metrics => _metricSums.ToDictionary(m => m.Key, m => m.Value / _samples);

    /// <summary>Ends a step.</summary>
    public void Add(float loss, int samples)
    {
        _lossSum += (double)loss * samples;
        _samples += samples;
        Now = Now with
        {
            Step = Now.Step + 1,
            Loss = _lossSum / _samples,
            Accuracy = (double)_correct / _decisions,
            SamplesPerSecond = _samples / Stopwatch.GetElapsedTime(_started).TotalSeconds,
        };
    }

    /// <summary>Class decisions of the step that is ended next.</summary>
    public void AddDecisions(long correct, long decisions)
    {
        _correct += correct;
        _decisions += decisions;
    }

    /// <summary>Metrics of the step that is ended next.</summary>
    public void AddMetrics(in StepMetrics step, int samples)
    {
        foreach (var name in step.Names) _metricSums[name] = _metricSums.GetValueOrDefault(name) + step[name] * samples;
    }

    /// <summary>Takes work that is no training, such as compiling for another batch size, out of the time.</summary>
    public void Exclude(long ticks) => _started += ticks;
}
