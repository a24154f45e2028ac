using System.Globalization;

namespace GraphForge;

/// <summary>Where a fit stands, reported after every step and once more after every epoch.</summary>
/// <param name="Epoch">Number of the epoch, from 1.</param>
/// <param name="Epochs">Number of epochs in all.</param>
/// <param name="Step">Steps done in this epoch.</param>
/// <param name="Steps">Steps an epoch takes.</param>
/// <param name="Loss">Mean loss over the samples of this epoch so far.</param>
/// <param name="Accuracy">Share of right class decisions of this epoch so far, 0..1; NaN where targets are no class numbers.</param>
/// <param name="SamplesPerSecond">Samples trained on per second of this epoch so far.</param>
/// <param name="Summary">The epoch's outcome, in its last report; else null.</param>
public readonly record struct TrainingProgress(
    int Epoch, int Epochs, int Step, int Steps, double Loss, double Accuracy, double SamplesPerSecond, EpochSummary? Summary);

/// <summary>What came out of an epoch.</summary>
/// <param name="Epoch">Number of the epoch, from 1.</param>
/// <param name="Loss">Mean training loss over the samples, each as it was before its step.</param>
/// <param name="Accuracy">Share of right class decisions while training, 0..1; NaN where targets are no class numbers.</param>
/// <param name="Validation">Outcome on the validation samples after the epoch; null without them.</param>
/// <param name="SamplesPerSecond">Samples trained on per second, without validation and compilation.</param>
public sealed record EpochSummary(int Epoch, double Loss, double Accuracy, Evaluation? Validation, double SamplesPerSecond)
{
    /// <summary>Means over the samples of the metrics that the training function reports.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>One line, such as <c>epoch 3  loss 0.2275  accuracy 93.43 %  validation 92.70 %  150,000 samples/s</c>.</summary>
    public override string ToString()
    {
        var accuracy = double.IsNaN(Accuracy) ? "" : $"  accuracy {Accuracy * 100:F2} %";
        var validation = Validation is null ? "" : double.IsNaN(Validation.Accuracy)
            ? $"  validation loss {Validation.Loss:F4}"
            : $"  validation {Validation.Accuracy * 100:F2} %";
        var metrics = string.Concat(Metrics.Select(m => string.Create(CultureInfo.InvariantCulture, $"  {m.Key} {m.Value:G4}")));
        return string.Create(
            CultureInfo.InvariantCulture, $"epoch {Epoch}  loss {Loss:F4}{accuracy}{metrics}{validation}  {SamplesPerSecond:N0} samples/s");
    }
}
