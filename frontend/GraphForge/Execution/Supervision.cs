using GraphForge.Tracing;

namespace GraphForge.Execution;

/// <summary>What a training over samples with targets knows besides its compiled step.</summary>
internal sealed class Supervision(SupervisedFunction function, BatchSpec batch)
{
    public BatchSpec Batch => batch;

    /// <summary>Number of classes where targets are class numbers, else 0.</summary>
    public int Classes => function.Classes;

    /// <summary>Class decisions of one sample.</summary>
    public long DecisionsPerSample => function.DecisionsPerSample;

    /// <summary>Made once the number of classes is known.</summary>
    public BatchChecks Checks => field ??= new BatchChecks(batch, function.Classes);
}
