using GraphForge.Tracing;

namespace GraphForge.Execution;

/// <summary>The compiled evaluation for one batch size.</summary>
internal sealed class EvaluationProgram(BoundProgram program)
{
    private readonly int _samples = program.InputIndex(TrainingGraphs.Samples);
    private readonly int _targets = program.InputIndex(TrainingGraphs.Targets);
    private readonly int _loss = program.OutputIndex(TrainingGraphs.LossName);

    /// <summary>Runs, writes the predicted classes, if there are any, and gives the loss.</summary>
    /// <param name="samples">The batch.</param>
    /// <param name="targets">What should be predicted.</param>
    /// <param name="predicted">One class a decision; empty where targets are no class numbers.</param>
    public float Run<TSample, TTarget>(ReadOnlySpan<TSample> samples, ReadOnlySpan<TTarget> targets, Span<TTarget> predicted)
        where TSample : unmanaged where TTarget : unmanaged
    {
        using var run = program.Rent();
        run.SetInput(_samples, samples);
        run.SetInput(_targets, targets);
        run.Run();
        var loss = 0f;
        run.GetOutput(_loss, new Span<float>(ref loss));
        if (predicted.Length > 0) run.GetOutput(program.OutputIndex(TrainingGraphs.Predicted), predicted);
        return loss;
    }
}
