using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Tracing;
using GraphForge.TrainingLoop;

namespace GraphForge;

/// <content>Whole epochs over named arrays.</content>
public sealed partial class Training
{
    /// <summary>
    /// Trains for whole epochs on another thread, as <see cref="FitAsync(ArrayDataset, int, ArrayDataset?,
    /// IProgress{TrainingProgress}?, CancellationToken)"/> does, on samples that are spread over the step's inputs.
    /// </summary>
    /// <param name="train">Samples to train on, with an array for each input.</param>
    /// <param name="batchSize">Samples in a step, at least 1; an epoch's last may have fewer.</param>
    /// <param name="epochs">Passes over them, at least 1.</param>
    /// <param name="validation">Samples to evaluate the model on after every epoch.</param>
    /// <param name="progress">Told after every step and epoch, on the training thread; it may set the learning rate.</param>
    /// <param name="cancellationToken">Ends the training early, with <see cref="OperationCanceledException"/>.</param>
    /// <returns>What came out of each epoch; its metrics are means over the samples.</returns>
    /// <exception cref="GraphException">The data does not fit what the training was compiled for.</exception>
    public Task<IReadOnlyList<EpochSummary>> FitAsync(TensorDataset train, int batchSize, int epochs, TensorDataset? validation = null,
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        Check(train, batchSize, _step);
        if (validation is not null) Check(validation, batchSize, _evaluation);
        return Task.Run(() => Fit(epochs, start => RunEpoch(train, batchSize, start, progress, cancellationToken),
            validation is null ? null : () => RunEvaluation(validation, batchSize, cancellationToken), progress), cancellationToken);
    }

    /// <summary>Mean loss and metrics over samples, without changing the model. Dropout is off.</summary>
    /// <param name="data">Samples, with an array for each input.</param>
    /// <param name="batchSize">Samples that are run at once, at least 1.</param>
    /// <exception cref="GraphException">The data does not fit what the training was compiled for.</exception>
    public Evaluation Evaluate(TensorDataset data, int batchSize)
    {
        Check(data, batchSize, _evaluation);
        Enter();
        try
        {
            return RunEvaluation(data, batchSize, CancellationToken.None);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Tries the size of the last batch where that is smaller, then of a full one, and the indices of all samples.</summary>
    private void Check(TensorDataset data, int batchSize, TrainingGraph graph)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        var extents = new long[_inputs.Symbols.Count];
        foreach (var samples in new[] { data.Count % batchSize, Math.Min(batchSize, data.Count) }.Where(n => n > 0))
            _inputs.Bind(data.Room(samples), extents);
        Indices(graph, extents).Check(data.Arrays);
    }

    private EpochMeter RunEpoch(TensorDataset train, int batchSize, TrainingProgress start, IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        var batches = new SampleBatches(train, batchSize);
        var meter = new EpochMeter(start with { Steps = batches.Count });
        var extents = new long[_inputs.Symbols.Count];
        using var next = batches.In(NextOrder(train.Count)).GetEnumerator();
        var isStaged = false;
        for (var more = next.MoveNext(); more;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ((inputs, samples), compileTicks) = (next.Current, _compileTicks);
            BeginStep();
            _inputs.Bind(inputs, extents);
            var program = _steps.Get(extents);
            using (var step = program.Begin(inputs, isStaged))
            {
                more = next.MoveNext();
                isStaged = more && next.Current.Samples == samples;
                if (isStaged) program.Stage(next.Current.Inputs);
                var result = new StepMetrics(step.Finish(_stepMetrics.Values), _stepMetrics.Names, _stepMetrics.Values);
                meter.Exclude(_compileTicks - compileTicks);
                meter.AddMetrics(result, samples);
                meter.Add(result.Loss, samples);
            }
            progress?.Report(meter.Now);
        }
        return meter;
    }

    private Evaluation RunEvaluation(TensorDataset data, int batchSize, CancellationToken cancellationToken)
    {
        var meter = new EpochMeter(default);
        foreach (var (inputs, samples) in new SampleBatches(data, batchSize).In(SampleOrder.Sequential(data.Count)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var result = Run(_evaluations, inputs, _evaluationMetrics);
            meter.AddMetrics(result, samples);
            meter.Add(result.Loss, samples);
        }
        return new Evaluation(meter.Now.Loss, data.Count, Confusion: null) { Metrics = meter.Metrics };
    }

    private int[] NextOrder(int samples) =>
        SampleOrder.Shuffled(samples, unchecked((ulong)_state.OrderSeed), checked((int)_state.Orders++));
}
