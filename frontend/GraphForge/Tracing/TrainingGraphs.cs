using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Execution;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tracing;

/// <summary>
/// Writes down what training runs, for a symbolic batch: the step (forward, loss, backward, optimizer) and the evaluation
/// (forward and loss alone).
/// </summary>
internal sealed class TrainingGraphs(Module model, Loss loss, BatchSpec batch)
{
    public const string Samples = "samples";
    public const string Targets = "targets";
    public const string LossName = "loss";
    public const string Correct = "correct";
    public const string Predicted = "predicted";

    public static readonly DimSymbol BatchSymbol = new("batch");

    private readonly Tensor _samples = BatchInput(Samples, batch.Sample);
    private readonly Tensor _targets = BatchInput(Targets, batch.Target);

    /// <summary>Number of classes where targets are class numbers, else 0; known once a graph was built.</summary>
    public int Classes { get; private set; }

    /// <summary>Class decisions of one sample: 1, or more where every position has a class of its own.</summary>
    public long DecisionsPerSample => batch.Target.Shape.Size.Value;

    public ComputationGraph Step(Optimization optimization, TrainingState state)
    {
        using var trace = Trace.Training(state.Seed);
        var (prediction, value) = Forward();
        var trained = TrainedParameters(value.Node);
        var gradients = Gradients.Of(value.Node, [.. trained.Select(p => ((Tensor)p).Node)]);
        var updates = new List<StateUpdate>();
        using (NodeScope.Enter("optimizer"))
            updates.AddRange(OptimizationGraph.Of(optimization, state.Optimization, trained, [.. gradients.Select(g => new Tensor(g))]));
        updates.Add(new StateUpdate(state.StepCount, (new Tensor(Nodes.State(state.StepCount)) + 1).Node));
        updates.AddRange(trace.Updates);
        var outputs = new List<NamedOutput> { new(LossName, value.To(DType.Float32).Node) };
        if (Classes > 0) outputs.Add(new NamedOutput(Correct, Predictions(prediction).Eq(_targets).Sum().Node));
        return new ComputationGraph("train", outputs.ToEquatable(), updates.ToEquatable());
    }

    public ComputationGraph Evaluation()
    {
        using var trace = Trace.Inference();
        var (prediction, value) = Forward();
        var outputs = new List<NamedOutput> { new(LossName, value.To(DType.Float32).Node) };
        if (Classes > 0) outputs.Add(new NamedOutput(Predicted, Predictions(prediction).Node));
        return new ComputationGraph("evaluate", outputs.ToEquatable(), []);
    }

    private static Tensor BatchInput(string name, TensorType one) =>
        Tensor.Input(name, one.DType, [BatchSymbol, .. one.Shape]);

    private (Tensor Prediction, Tensor Loss) Forward()
    {
        var prediction = model.Forward(_samples);
        var value = loss(prediction, _targets);
        if (value.Rank != 0 || !value.DType.IsFloat())
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"the loss must be a float scalar but is {value.Node.Type}; take its Mean or Sum.");
        Classes = batch.Target.DType.IsInteger() && prediction.DType.IsFloat() && prediction.Rank == _targets.Rank + 1 &&
            prediction.Shape[1].IsBound ? checked((int)prediction.Shape[1].Value) : 0;
        return (prediction, value);
    }

    private Tensor Predictions(Tensor prediction) => prediction.ArgMax(1).To(_targets.DType);

    /// <summary>Those the loss depends on, as PyTorch leaves parameters without a gradient alone.</summary>
    private List<Parameter> TrainedParameters(Node value)
    {
        var read = Topology.Order([value]).Select(n => n.Op).OfType<State>().Select(s => s.Slot).ToHashSet();
        var trained = model.NamedParameters().Select(p => p.Value).Where(p => p.RequiresGrad && read.Contains(p.Slot)).ToList();
        return trained.Count > 0 ? trained : throw new GraphException(ErrorCode.NoGradient,
            $"there is nothing to train: the loss depends on no parameter of the model {model.GetType().Name}.");
    }
}
