namespace GraphForge.Tracing;

/// <summary>Names of the outputs of a step and an evaluation, besides those of the user's metrics.</summary>
internal static class TrainingOutputs
{
    public const string Loss = "loss";

    /// <summary>Number of right class decisions, a metric of supervised training.</summary>
    public const string Correct = "correct";

    /// <summary>The class decisions themselves, of an evaluation.</summary>
    public const string Predicted = "predicted";
}
