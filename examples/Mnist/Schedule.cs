using GraphForge;

namespace Digits;

/// <summary>Lowers the learning rate along half a cosine, from its peak to almost nothing at the last step.</summary>
internal sealed class Schedule(Training training)
{
    public const double Peak = 2e-3;

    /// <summary>Sets the rate of the next step, then passes the report on.</summary>
    public IProgress<TrainingProgress> Then(IProgress<TrainingProgress> next) => new Link(training, next);

    private sealed class Link(Training training, IProgress<TrainingProgress> next) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            var done = (value.Epoch - 1 + (double)value.Step / value.Steps) / value.Epochs;
            training.LearningRate = Peak * (0.5 + 0.5 * Math.Cos(Math.PI * done));
            next.Report(value);
        }
    }
}
