using GraphForge.Tracing;

namespace GraphForge.Execution;

/// <summary>What a training over samples with targets knows besides its compiled step.</summary>
internal sealed class Supervision(SupervisedFunction function, BatchSpec batch)
{
    public BatchSpec Batch => batch;

    /// <summary>Number of classes where targets are class numbers, else 0.</summary>
    public int Classes => function.Classes;

    /// <summary>The class number that the loss leaves out; null if it counts all.</summary>
    public long? IgnoredLabel => function.IgnoredLabel;

    public BatchChecks Checks { get; } = new(batch);
}
