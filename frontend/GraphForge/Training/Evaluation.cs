using GraphForge.Metrics;

namespace GraphForge;

/// <summary>How well a model does on samples it is not trained on.</summary>
/// <param name="Loss">Mean loss over the samples.</param>
/// <param name="Samples">Number of samples.</param>
/// <param name="Confusion">Which classes were taken for which; null where targets are no class numbers.</param>
public sealed record Evaluation(double Loss, int Samples, ConfusionMatrix? Confusion)
{
    /// <summary>Share of right class decisions, 0..1; NaN where targets are no class numbers.</summary>
    public double Accuracy => Confusion?.Accuracy ?? double.NaN;

    /// <summary>Means over the samples of the metrics that the training function reports.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();
}
