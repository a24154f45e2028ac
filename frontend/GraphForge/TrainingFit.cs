using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Metrics;
using GraphForge.TrainingLoop;

namespace GraphForge;

/// <content>Whole epochs, and evaluation.</content>
public sealed partial class Training
{
    private int _epochsDone;

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
        _checks.Check(train);
        if (validation is not null) _checks.Check(validation);
        return Task.Run(() => Fit(train, epochs, validation, progress, cancellationToken), cancellationToken);
    }

    /// <summary>Loss, and for class numbers the confusion matrix, without changing the model. Dropout is off.</summary>
    /// <exception cref="GraphException">The data does not fit what the training was compiled for.</exception>
    public Evaluation Evaluate(ArrayDataset data)
    {
        _checks.Check(data);
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

    private IReadOnlyList<EpochSummary> Fit(
        ArrayDataset train, int epochs, ArrayDataset? validation, IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            var summaries = new List<EpochSummary>();
            for (var epoch = 1; epoch <= epochs; epoch++)
            {
                var start = new TrainingProgress { Epoch = epoch, Epochs = epochs };
                var last = RunEpoch(train, start, progress, cancellationToken);
                var evaluation = validation is null ? null : RunEvaluation(validation, cancellationToken);
                summaries.Add(new EpochSummary(epoch, last.Loss, last.Accuracy, evaluation, last.SamplesPerSecond));
                progress?.Report(last with { Summary = summaries[^1] });
            }
            return summaries;
        }
        finally
        {
            Leave();
        }
    }

    private TrainingProgress RunEpoch(
        ArrayDataset train, TrainingProgress now, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var meter = new EpochMeter(_graphs.Classes > 0, _graphs.DecisionsPerSample);
        var batches = train.Batches(_batch.Size, shuffle: true, unchecked((ulong)_options.Seed), _epochsDone++);
        now = now with { Steps = batches.Count };
        foreach (var batch in batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var compileTicks = _compileTicks;
            var result = RunStep(batch.Features, batch.Labels);
            meter.Exclude(_compileTicks - compileTicks);
            meter.Add(result, batch.Count);
            now = now with
            {
                Step = now.Step + 1,
                Loss = meter.Loss,
                Accuracy = meter.Accuracy,
                SamplesPerSecond = meter.SamplesPerSecond,
            };
            progress?.Report(now);
        }
        return now;
    }

    private Evaluation RunEvaluation(ArrayDataset data, CancellationToken cancellationToken)
    {
        var confusion = _graphs.Classes > 0 ? new ConfusionMatrix(_graphs.Classes) : null;
        var predicted = new long[confusion is null ? 0 : _batch.Size];
        var lossSum = 0.0;
        foreach (var batch in data.Batches(_batch.Size))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var decisions = predicted.AsSpan(0, confusion is null ? 0 : batch.Count);
            var loss = _evaluations.Get(batch.Count).Run(batch.Features, batch.Labels, decisions);
            lossSum += (double)loss * batch.Count;
            confusion?.Add(batch.Labels, decisions);
        }
        return new Evaluation(lossSum / data.Count, data.Count, confusion);
    }
}
