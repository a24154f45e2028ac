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

    /// <summary>The class number that the loss leaves out; null if it counts all.</summary>
    public long? IgnoredLabel { get; private set; }

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
        IgnoredLabel = Trace.Current!.IgnoredLabel(targets);
        if (Classes == 0) return value;
        IndexRange.Require("the accuracy takes classes", targets, Classes, IgnoredLabel);
        var predicted = prediction.ArgMax(1).To(targets.DType);
        var isRight = predicted.Eq(targets);
        if (IgnoredLabel is { } label) isRight &= targets.Ne(label);
        return Trace.Current.IsTraining
            ? new LossAndMetrics(value) { [TrainingOutputs.Correct] = isRight.Sum() }
            : new LossAndMetrics(value) { Predicted = predicted };
    }
}
