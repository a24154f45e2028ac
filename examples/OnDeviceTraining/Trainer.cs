using GraphForge.Data;
using GraphForge.Runtime.Artifacts;

namespace OnDeviceTraining;

/// <summary>Runs the steps of a training artifact.</summary>
internal sealed class Trainer
{
    private const int BatchSize = 100;

    private readonly ArtifactProgram _train;
    private readonly ArtifactProgram _evaluate;

    public Trainer(Artifact artifact) =>
        (_train, _evaluate) = (artifact.Load("train", ("batch", BatchSize)), artifact.Load("evaluate", ("batch", BatchSize)));

    /// <summary>One epoch in an order that depends on its number; the mean loss.</summary>
    public double Train(ArrayDataset data, int epoch)
    {
        var total = 0.0;
        var count = 0;
        using var run = _train.Rent();
        foreach (var batch in data.Batches(BatchSize, shuffle: true, seed: 1, epoch))
        {
            // The step was compiled for whole batches.
            if (batch.Count < BatchSize) continue;
            total += Loss(run, batch);
            count++;
        }
        return total / count;
    }

    /// <summary>Mean loss and share of right answers.</summary>
    public (double Loss, double Accuracy) Evaluate(ArrayDataset data)
    {
        var (loss, right, count) = (0.0, 0, 0);
        var predicted = new long[BatchSize];
        using var run = _evaluate.Rent();
        foreach (var batch in data.Batches(BatchSize))
        {
            if (batch.Count < BatchSize) continue;
            loss += Loss(run, batch);
            run.Get<long>("predicted", predicted);
            for (var i = 0; i < BatchSize; i++)
                if (predicted[i] == batch.Labels[i]) right++;
            count++;
        }
        return (loss / count, right / (double)(count * BatchSize));
    }

    private static float Loss(ArtifactRun run, Batch batch)
    {
        run.Set("samples", batch.Features);
        run.Set("targets", batch.Labels);
        run.Run();
        Span<float> loss = stackalloc float[1];
        run.Get("loss", loss);
        return loss[0];
    }
}
