using GraphForge;

namespace Digits;

/// <summary>Lowers the learning rate along half a cosine, from where it starts to almost nothing at the last step.</summary>
internal sealed class Schedule(Training training, IProgress<TrainingProgress> next) : IProgress<TrainingProgress>
{
    private readonly double _start = training.LearningRate;

    /// <summary>Sets the rate of the next step, then passes the report on.</summary>
    public void Report(TrainingProgress value)
    {
        var done = (value.Epoch - 1 + (double)value.Step / value.Steps) / value.Epochs;
        training.LearningRate = _start * (0.5 + 0.5 * Math.Cos(Math.PI * done));
        next.Report(value);
    }
}
