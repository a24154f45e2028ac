using GraphForge.Tracing;

namespace GraphForge.Execution;

/// <summary>What a training step yields: the loss before it, and how many class decisions were right.</summary>
internal readonly record struct StepResult(float Loss, long Correct);

/// <summary>The compiled step for one batch size.</summary>
internal sealed class StepProgram(BoundProgram program, bool countsCorrect)
{
    private readonly int _samples = program.InputIndex(TrainingGraphs.Samples);
    private readonly int _targets = program.InputIndex(TrainingGraphs.Targets);
    private readonly int _loss = program.OutputIndex(TrainingGraphs.LossName);
    private readonly int _correct = countsCorrect ? program.OutputIndex(TrainingGraphs.Correct) : -1;

    public BoundProgram Program => program;

    /// <param name="samples">The batch.</param>
    /// <param name="targets">Its targets.</param>
    /// <param name="ticks">Receives the time of each step; empty where nobody asks.</param>
    public StepResult Run<TSample, TTarget>(ReadOnlySpan<TSample> samples, ReadOnlySpan<TTarget> targets, Span<long> ticks = default)
        where TSample : unmanaged where TTarget : unmanaged
    {
        using var run = program.Rent();
        run.SetInput(_samples, samples);
        run.SetInput(_targets, targets);
        if (ticks.IsEmpty) run.Run();
        else run.Profile(ticks);
        var loss = 0f;
        var correct = 0L;
        run.GetOutput(_loss, new Span<float>(ref loss));
        if (_correct >= 0) run.GetOutput(_correct, new Span<long>(ref correct));
        return new StepResult(loss, correct);
    }
}
