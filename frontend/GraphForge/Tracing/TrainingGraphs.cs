using GraphForge.Compiler.Autodiff;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Execution;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tracing;

/// <summary>
/// Writes down what training runs, for symbolic extents: the step (forward, loss, backward, optimizer) and the evaluation
/// (forward and loss alone).
/// </summary>
/// <param name="model">Holds every parameter the function reads.</param>
/// <param name="function">From inputs to loss and metrics.</param>
/// <param name="inputs">What the function takes.</param>
/// <param name="parameters">What is trained; null for all of the model.</param>
internal sealed class TrainingGraphs(
    Module model, TrainingFunction function, InputSignature inputs, IReadOnlyCollection<Parameter>? parameters)
{
    public TrainingGraph Step(Optimization optimization, TrainingState state)
    {
        using var trace = Trace.Training(state.Seed);
        var (result, loss) = Forward();
        var trained = TrainedParameters(loss.Node);
        var gradients = Gradients.Of(loss.Node, [.. trained.Select(p => ((Tensor)p).Node)]);
        var updates = new List<StateUpdate>();
        using (NodeScope.Enter("optimizer"))
            updates.AddRange(OptimizationGraph.Of(optimization, state.Optimization, trained, [.. gradients.Select(g => new Tensor(g))]));
        updates.Add(new StateUpdate(state.StepCount, (new Tensor(Nodes.State(state.StepCount)) + 1).Node));
        updates.AddRange(trace.Updates);
        return Graph("train", result, loss, updates, trace.Ranges);
    }

    /// <summary>Random values, where the function draws some, are those of the next step; nothing is changed.</summary>
    public TrainingGraph Evaluation(TrainingState state)
    {
        using var trace = Trace.Evaluation(state.Seed);
        var (result, loss) = Forward();
        return Graph("evaluate", result, loss, [], trace.Ranges);
    }

    private (LossAndMetrics Result, Tensor Loss) Forward()
    {
        var result = function(inputs.Tensors);
        var loss = result.Loss;
        return loss.Rank == 0 && loss.DType.IsFloat()
            ? (result, loss)
            : throw new GraphException(ErrorCode.ShapeMismatch,
                $"the loss must be a float scalar but is {loss.Node.Type}; take its Mean or Sum.");
    }

    private TrainingGraph Graph(string name, LossAndMetrics result, Tensor loss, IEnumerable<StateUpdate> updates,
        IReadOnlyList<IndexRange> ranges)
    {
        var outputs = new List<NamedOutput> { new(TrainingOutputs.Loss, loss.To(DType.Float32).Node) };
        outputs.AddRange(result.Select(metric => new NamedOutput(metric.Key, metric.Value.Node)));
        if (result.Predicted is { } predicted) outputs.Add(new NamedOutput(TrainingOutputs.Predicted, predicted.Node));
        var graph = new ComputationGraph(name, outputs.ToEquatable(), updates.ToEquatable());
        return new TrainingGraph(graph, inputs, [.. result.Select(metric => (metric.Key, metric.Value.DType))], ranges);
    }

    /// <summary>Those the loss depends on, as PyTorch leaves parameters without a gradient alone.</summary>
    private List<Parameter> TrainedParameters(Node value)
    {
        var read = Topology.Order([value]).Select(n => n.Op).OfType<State>().Select(s => s.Slot).ToHashSet();
        var trained = Candidates().Where(p => p.RequiresGrad && read.Contains(p.Slot)).ToList();
        return trained.Count > 0 ? trained : throw new GraphException(ErrorCode.NoGradient,
            $"there is nothing to train: the loss depends on no parameter of the model {model.GetType().Name}.");
    }

    private IEnumerable<Parameter> Candidates()
    {
        var all = model.Parameters().ToHashSet();
        if (parameters?.FirstOrDefault(p => !all.Contains(p)) is { } stranger)
            throw new GraphException(ErrorCode.BadAttribute, $"the parameter '{stranger.Name}' is to be trained, but is not one of the " +
                $"model {model.GetType().Name}; compile a model that holds it.");
        return parameters?.Distinct() ?? model.Parameters();
    }
}
