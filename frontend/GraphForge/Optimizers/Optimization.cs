using GraphForge.Compiler.Graph;
using GraphForge.Schedules;

namespace GraphForge.Optimizers;

/// <summary>
/// How the gradients of a step become new parameters: all of it a part of the compiled step. An <see cref="Optimizer"/> alone
/// converts to one.
/// </summary>
/// <example><code>
/// new Optimization(new AdamW(learningRate: 1e-3))
/// {
///     Groups = [new ParameterGroup(p => p.Parameter.Shape.Rank &lt; 2, new AdamW(learningRate: 1e-3, weightDecay: 0))],
///     Clip = GradientClip.ByNorm(1),
///     Schedule = new CosineAnnealingLR(10_000),
/// }
/// </code></example>
/// <param name="Optimizer">Updates every parameter that no group claims.</param>
public sealed record Optimization(Optimizer Optimizer)
{
    /// <summary>Parameters with settings of their own; one that several claim belongs to the first.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; init; } = [];

    /// <summary>Limits the gradients before the optimizer sees them.</summary>
    public GradientClip? Clip { get; init; }

    /// <summary>
    /// Steps whose gradients are averaged before the optimizer moves once: the effect of a batch as many times as large, in the
    /// memory of one (where the loss is a mean over the samples and all batches are of one size). An epoch's last steps may wait
    /// for the next epoch's first.
    /// </summary>
    public int AccumulateSteps
    {
        get;
        init => field = value >= 1
            ? value
            : throw new GraphException(ErrorCode.BadAttribute, $"Optimization.AccumulateSteps must be at least 1 but is {value}.");
    } = 1;

    /// <summary>
    /// Whether a step with an infinite gradient, or one that is no number, leaves parameters and optimizer as they were, as
    /// PyTorch's GradScaler does; modules' buffers, such as running statistics, change all the same. See
    /// <see cref="Training.SkippedSteps"/>.
    /// </summary>
    public bool SkipNonFinite { get; init; }

    /// <summary>Whether <see cref="Training.GradientNorm"/> is computed; clipping by norm does so anyway.</summary>
    public bool ReportGradientNorm { get; init; }

    /// <summary>Keeps a running mean of the parameters; see <see cref="Training.UseAverage"/>.</summary>
    public WeightAverage? Average { get; init; }

    /// <summary>The learning rate of every step; null where it changes by hand only.</summary>
    public LearningRateSchedule? Schedule { get; init; }

    /// <summary>What the schedules count.</summary>
    public ScheduleUnit ScheduleUnit { get; init; } = ScheduleUnit.Update;

    /// <summary>Lowers the learning rates when a metric stops improving; not together with a schedule.</summary>
    public ReduceLROnPlateau? Plateau { get; init; }

    public static implicit operator Optimization(Optimizer optimizer) => new(optimizer);
}
