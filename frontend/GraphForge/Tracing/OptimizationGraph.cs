using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Execution;
using GraphForge.Optimizers;
using GraphForge.Runtime;

namespace GraphForge.Tracing;

/// <summary>Writes down how gradients change the parameters: accumulation, clipping, the optimizers, the running mean.</summary>
internal sealed class OptimizationGraph
{
    private readonly Optimization _optimization;
    private readonly OptimizationState _state;
    private readonly List<StateUpdate> _updates = [];

    /// <summary>Number of this update when it takes place; int64 scalar.</summary>
    private readonly Tensor _count;

    /// <summary>Whether the optimizer moves in this step; null for always.</summary>
    private Tensor? _applies;

    private OptimizationGraph(Optimization optimization, OptimizationState state)
    {
        (_optimization, _state) = (optimization, state);
        _count = new Tensor(Nodes.State(state.UpdateCount)) + 1;
    }

    /// <summary>New values of the trained parameters and of all that <paramref name="state"/> keeps.</summary>
    public static IReadOnlyList<StateUpdate> Of(
        Optimization optimization, OptimizationState state, IReadOnlyList<Parameter> trained, IReadOnlyList<Tensor> gradients)
    {
        var graph = new OptimizationGraph(optimization, state);
        graph.Build(trained, [.. gradients.Select(g => g.To(g.DType.Arithmetic()))]);
        return graph._updates;
    }

    private void Build(IReadOnlyList<Parameter> trained, Tensor[] gradients)
    {
        if (_optimization.AccumulateSteps > 1) gradients = Accumulated(trained, gradients);
        if (_optimization.SkipNonFinite) Skip(gradients);
        gradients = Clipped(gradients);
        var groups = _state.Groups.Select(g => new GroupGraph(g, _count.To(DType.Float64))).ToArray();
        for (var i = 0; i < trained.Count; i++) Update(trained[i], gradients[i], groups[_state.GroupOf(trained[i])]);
        _updates.AddRange(groups.SelectMany(g => g.SharedStates).Select(s => s.Update(_applies)));
        if (_applies is not null) _updates.Add(new StateUpdate(_state.UpdateCount, Applied(_count, _count - 1).Node));
    }

    /// <summary>Means over the steps since the last update; every so many steps they are taken and begin anew.</summary>
    private Tensor[] Accumulated(IReadOnlyList<Parameter> trained, Tensor[] gradients)
    {
        var step = new Tensor(Nodes.State(_state.MicroStep!));
        _applies = step.Eq(_optimization.AccumulateSteps - 1);
        _updates.Add(new StateUpdate(_state.MicroStep!, Tensor.Where(_applies, 0, step + 1).Node));
        var means = new Tensor[gradients.Length];
        for (var i = 0; i < gradients.Length; i++)
        {
            var slot = _state.Moment(trained[i], "accumulated_grad");
            means[i] = new Tensor(Nodes.State(slot)) + gradients[i] * (1.0 / _optimization.AccumulateSteps);
            _updates.Add(new StateUpdate(slot, Tensor.Where(_applies, 0, means[i]).Node));
        }
        return means;
    }

    private void Skip(Tensor[] gradients)
    {
        var isFinite = gradients.Select(g => GradientNorms.CountNonFinite(g)).Aggregate((a, b) => a + b).Eq(0);
        var due = _applies;
        _applies = due is null ? isFinite : due & isFinite;
        var skipped = due is null ? !isFinite : due & !isFinite;
        _updates.Add(new StateUpdate(_state.SkipCount!, (new Tensor(Nodes.State(_state.SkipCount!)) + skipped.To(DType.Int64)).Node));
    }

    private Tensor[] Clipped(Tensor[] gradients)
    {
        var clip = _optimization.Clip;
        if (_state.GradientNorm is { } slot)
        {
            var norm = GradientNorms.Total(gradients, clip is GradientClip.Norm { Type: var type } ? type : 2);
            _updates.Add(new StateUpdate(slot, norm.To(DType.Float64).Node));
            if (clip is GradientClip.Norm { Max: var maxNorm }) return GradientNorms.Limited(gradients, norm, maxNorm);
        }
        return clip is GradientClip.Value { Max: var max } ? [.. gradients.Select(g => g.Clamp(-max, max))] : gradients;
    }

    private void Update(Parameter parameter, Tensor gradient, GroupGraph group)
    {
        var precise = new PreciseParameter(parameter, _state);
        var before = precise.Value;
        var optimizer = _state.Groups[_state.GroupOf(parameter)].Optimizer;
        var step = new OptimizerStep(before, gradient, group, (name, initial) => _state.Moment(parameter, name, initial));
        var after = optimizer.Update(step);
        if (after.Node.Type != before.Node.Type)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{optimizer.GetType().Name} updates '{parameter.Name}', {before.Node.Type}, to {after.Node.Type}.");
        _updates.AddRange(precise.Become(Applied(after, before)));
        _updates.AddRange(step.States.Select(s => s.Update(_applies)));
        if (_optimization.Average is { } average) Average(average, parameter, before, after);
    }

    private void Average(WeightAverage average, Parameter parameter, Tensor before, Tensor after)
    {
        var slot = _state.Average(parameter);
        var count = _count.To(DType.Float64);
        var kept = new Tensor(Nodes.State(slot));
        var mean = Tensor.Where(_count <= 1, before, kept);
        var decay = ((Tensor)average.Decay).To(DType.Float64);
        if (average.WarmUp) decay = decay.Minimum((1 + count) / (10 + count));
        var next = decay.To(mean.DType) * mean + (1 - decay).To(mean.DType) * after;
        _updates.Add(new StateUpdate(slot, Applied(next, kept).Node));
    }

    private Tensor Applied(Tensor after, Tensor before) => _applies is null ? after : Tensor.Where(_applies, after, before);
}
