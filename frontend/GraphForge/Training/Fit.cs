using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Execution;
using GraphForge.Metrics;
using GraphForge.Tracing;
using GraphForge.TrainingLoop;

namespace GraphForge;

/// <content>Supervised training: samples with targets, whole epochs, and evaluation.</content>
public sealed partial class Training
{
    private Supervision Supervised => _supervision ?? throw new GraphException(ErrorCode.BadRunArgument,
        $"this training was compiled with named inputs, {string.Join(", ", Inputs)}; only one compiled with a loss and a BatchSpec " +
        "takes samples and targets.");

    /// <summary>One step over as many samples as the spans hold. Allocates nothing once its batch size is compiled.</summary>
    /// <param name="samples">[batch, sample…], row-major.</param>
    /// <param name="targets">[batch, target…], row-major.</param>
    /// <returns>The loss before the step.</returns>
    /// <exception cref="GraphException">Sizes or types do not fit, or an index is out of range; nothing was changed.</exception>
    public float Step<TSample, TTarget>(ReadOnlySpan<TSample> samples, ReadOnlySpan<TTarget> targets)
        where TSample : unmanaged where TTarget : unmanaged
    {
        Enter();
        try
        {
            return RunStep(samples, targets);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// One step as <see cref="Step{TSample, TTarget}"/> does it, and where its time went, kernel by kernel in execution order.
    /// </summary>
    public IReadOnlyList<KernelTime> Profile<TSample, TTarget>(ReadOnlySpan<TSample> samples, ReadOnlySpan<TTarget> targets)
        where TSample : unmanaged where TTarget : unmanaged
    {
        Enter();
        try
        {
            BeginStep();
            var step = _steps.Get([Supervised.Checks.Size(samples, targets)]);
            var ticks = new long[step.Program.StepNames.Count];
            step.Run(samples, targets, _stepMetrics.Values, ticks: ticks);
            return step.Program.Times(ticks);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// Trains for whole epochs on another thread, in an order that the seed decides anew for each epoch. Cancelling ends it
    /// between two steps: the model then is as the last finished step left it, and training may go on from there.
    /// </summary>
    /// <param name="train">Samples to train on.</param>
    /// <param name="epochs">Passes over them, at least 1.</param>
    /// <param name="validation">Samples to evaluate the model on after every epoch.</param>
    /// <param name="progress">Told after every step and epoch, on the training thread; it may set the learning rate.</param>
    /// <param name="cancellationToken">Ends the training early, with <see cref="OperationCanceledException"/>.</param>
    /// <returns>What came out of each epoch.</returns>
    /// <exception cref="GraphException">The data does not fit what the training was compiled for.</exception>
    public Task<IReadOnlyList<EpochSummary>> FitAsync(
        ArrayDataset train, int epochs, ArrayDataset? validation = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        Check(train, _step);
        if (validation is not null) Check(validation, _evaluation);
        return Task.Run(() => Fit(epochs, start => RunEpoch(train, start, progress, cancellationToken),
            validation is null ? null : () => RunEvaluation(validation, cancellationToken), progress), cancellationToken);
    }

    /// <summary>Loss, and for class numbers the confusion matrix, without changing the model. Dropout is off.</summary>
    /// <exception cref="GraphException">The data does not fit what the training was compiled for.</exception>
    public Evaluation Evaluate(ArrayDataset data)
    {
        Check(data, _evaluation);
        Enter();
        try
        {
            return RunEvaluation(data, CancellationToken.None);
        }
        finally
        {
            Leave();
        }
    }

    private void Check(ArrayDataset data, TrainingGraph graph)
    {
        Supervised.Checks.Check(data);
        Indices(graph, [Supervised.Batch.Size]).Check(1, data.Labels);
    }

    private IReadOnlyList<EpochSummary> Fit(
        int epochs, Func<TrainingProgress, EpochMeter> runEpoch, Func<Evaluation>? evaluate, IProgress<TrainingProgress>? progress)
    {
        Enter();
        try
        {
            var summaries = new List<EpochSummary>();
            for (var epoch = 1; epoch <= epochs; epoch++)
            {
                var meter = runEpoch(new TrainingProgress { Epoch = epoch, Epochs = epochs });
                var (last, evaluation) = (meter.Now, evaluate?.Invoke());
                summaries.Add(new EpochSummary(epoch, last.Loss, last.Accuracy, evaluation, last.SamplesPerSecond) { Metrics = meter.Metrics });
                _state.Optimization.Rates.EndEpoch(evaluation?.Loss ?? last.Loss);
                progress?.Report(last with { Summary = summaries[^1] });
            }
            return summaries;
        }
        finally
        {
            Leave();
        }
    }

    private EpochMeter RunEpoch(
        ArrayDataset train, TrainingProgress start, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var batches = train.Batches(Supervised.Batch.Size, shuffle: true, unchecked((ulong)_state.OrderSeed), checked((int)_state.Orders++));
        var meter = new EpochMeter(start with { Steps = batches.Count });
        var next = batches.GetEnumerator();
        var isStaged = false;
        for (var more = next.MoveNext(); more;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = next.Current;
            var compileTicks = _compileTicks;
            var (count, decisions) = (batch.Count, batch.Labels.Length - Ignored(batch.Labels));
            BeginStep();
            var program = _steps.Get([Supervised.Checks.Size(batch.Features, batch.Labels)]);
            using (var step = program.Begin(batch.Features, batch.Labels, isStaged))
            {
                more = next.MoveNext();
                isStaged = more && next.Current.Count == count;
                if (isStaged) program.Stage(next.Current.Features, next.Current.Labels);
                var loss = step.Finish(_stepMetrics.Values);
                meter.Exclude(_compileTicks - compileTicks);
                if (Supervised.Classes > 0) meter.AddDecisions((long)_stepMetrics.Values[0], decisions);
                meter.Add(loss, count);
            }
            progress?.Report(meter.Now);
        }
        return meter;
    }

    private Evaluation RunEvaluation(ArrayDataset data, CancellationToken cancellationToken)
    {
        var (size, classes) = (Supervised.Batch.Size, Supervised.Classes);
        var confusion = classes > 0 ? new ConfusionMatrix(classes) : null;
        var predicted = new long[confusion is null ? 0 : size];
        var lossSum = 0.0;
        foreach (var batch in data.Batches(size))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var decisions = predicted.AsSpan(0, confusion is null ? 0 : batch.Count);
            var loss = _evaluations.Get([batch.Count]).Run(batch.Features, batch.Labels, _evaluationMetrics.Values, decisions);
            lossSum += (double)loss * batch.Count;
            confusion?.Add(batch.Labels, decisions, Supervised.IgnoredLabel);
        }
        return new Evaluation(lossSum / data.Count, data.Count, confusion);
    }

    private int Ignored(ReadOnlySpan<long> labels) => Supervised.IgnoredLabel is { } label ? labels.Count(label) : 0;

    private float RunStep<TSample, TTarget>(ReadOnlySpan<TSample> samples, ReadOnlySpan<TTarget> targets)
        where TSample : unmanaged where TTarget : unmanaged
    {
        BeginStep();
        return _steps.Get([Supervised.Checks.Size(samples, targets)]).Run(samples, targets, _stepMetrics.Values);
    }
}
