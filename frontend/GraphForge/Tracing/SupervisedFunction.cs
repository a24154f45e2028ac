using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Tracing;

/// <summary>The training function of a model that makes predictions from samples, and a loss that compares them with targets.</summary>
internal sealed class SupervisedFunction(Module model, Loss loss, BatchSpec batch)
{
    public const string Samples = "samples";
    public const string Targets = "targets";

    /// <summary>Number of classes where targets are class numbers, else 0; known once the function was called.</summary>
    public int Classes { get; private set; }

    /// <summary>Class decisions of one sample: 1, or more where every position has a class of its own.</summary>
    public long DecisionsPerSample => batch.Target.Shape.Size.Value;

    public IReadOnlyList<TensorSpec> Inputs =>
    [
        new(Samples, batch.Sample.DType, [BatchSpec.Symbol, .. batch.Sample.Shape]),
        new(Targets, batch.Target.DType, [BatchSpec.Symbol, .. batch.Target.Shape]),
    ];

    public LossAndMetrics Run(NamedTensors inputs)
    {
        var targets = inputs[Targets];
        // A loss in 16 bits would be too coarse to follow, and so would the sums that make it.
        var prediction = model.Forward(inputs[Samples]).Widened();
        var value = loss(prediction, targets);
        Classes = batch.Target.DType.IsInteger() && prediction.DType.IsFloat() && prediction.Rank == targets.Rank + 1 &&
            prediction.Shape[1].IsBound ? checked((int)prediction.Shape[1].Value) : 0;
        if (Classes == 0) return value;
        var predicted = prediction.ArgMax(1).To(targets.DType);
        return Trace.Current!.IsTraining
            ? new LossAndMetrics(value) { [TrainingOutputs.Correct] = predicted.Eq(targets).Sum() }
            : new LossAndMetrics(value) { Predicted = predicted };
    }
}
