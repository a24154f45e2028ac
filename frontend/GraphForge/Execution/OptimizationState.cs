using GraphForge.Compiler.Graph;
using GraphForge.Optimizers;
using GraphForge.Runtime;
using GraphForge.Tracing;

namespace GraphForge.Execution;

/// <summary>What a training keeps from step to step for its optimization: learning rates, counts, moments, running means.</summary>
internal sealed class OptimizationState
{
    private readonly StateStore _store;
    private readonly Dictionary<StateSlot, int> _groups;
    private readonly Dictionary<(StateSlot, string), StateSlot> _moments = [];
    private readonly List<AveragedParameter> _averages = [];

    /// <param name="model">The parameters, with names.</param>
    /// <param name="optimization">What is kept depends on it.</param>
    /// <param name="store">Receives the states.</param>
    /// <param name="stepCount">Counts the steps; where each is an update, the updates too.</param>
    public OptimizationState(ModuleTree model, Optimization optimization, StateStore store, StateSlot stepCount)
    {
        _store = store;
        Groups = [new GroupState(store, optimization.Optimizer, 0),
            .. optimization.Groups.Select((g, i) => new GroupState(store, g.Optimizer, i + 1))];
        _groups = model.Parameters.ToDictionary(p => p.Value.Slot, p => FirstClaim(optimization.Groups, model, p.Key, p.Value));
        var (count, scalar) = (new TensorType(DType.Int64, Shape.Scalar), new TensorType(DType.Float64, Shape.Scalar));
        if (optimization.AccumulateSteps > 1) MicroStep = store.Create("micro_step", count);
        if (optimization.SkipNonFinite) SkipCount = store.Create("skipped", count);
        UpdateCount = MicroStep is null && SkipCount is null ? stepCount : store.Create("updates", count);
        if (optimization.ReportGradientNorm || optimization.Clip is GradientClip.Norm)
            GradientNorm = store.Create("gradient_norm", scalar, double.NaN);
        Rates = new LearningRates(optimization, this, store);
    }

    /// <summary>The parameters that no group claims, then the groups in order.</summary>
    public IReadOnlyList<GroupState> Groups { get; }

    public StateSlot UpdateCount { get; }

    /// <summary>Steps since the last update; null where every step is one.</summary>
    public StateSlot? MicroStep { get; }

    /// <summary>Updates left out as a gradient was not finite; null where none is.</summary>
    public StateSlot? SkipCount { get; }

    /// <summary>Norm of the last step's gradients; null where it is not asked for.</summary>
    public StateSlot? GradientNorm { get; }

    /// <summary>The learning rates of the groups, and what changes them.</summary>
    public LearningRates Rates { get; }

    public IReadOnlyList<AveragedParameter> Averages => _averages;

    public long Updates => _store[UpdateCount].AsSpan<long>()[0];

    public long Skips => SkipCount is null ? 0 : _store[SkipCount].AsSpan<long>()[0];

    public double GradientNormValue => GradientNorm is null ? double.NaN : _store[GradientNorm].AsSpan<double>()[0];

    public int GroupOf(Parameter parameter) => _groups[parameter.Slot];

    public IReadOnlyList<string> NamesOf(int group) => [.. _groups.Where(g => g.Value == group).Select(g => g.Key.Name)];

    /// <summary>A tensor like <paramref name="parameter"/> that is kept for it under <paramref name="name"/>.</summary>
    public StateSlot Moment(Parameter parameter, string name, double initial = 0)
    {
        if (!_moments.TryGetValue((parameter.Slot, name), out var slot))
            _moments[(parameter.Slot, name)] = slot = _store.Create(
                $"{parameter.Name}.{name}", parameter.Slot.Type with { DType = parameter.DType.Arithmetic() }, initial);
        return slot;
    }

    /// <summary>The running mean of <paramref name="parameter"/>; nothing yet before the first update.</summary>
    public StateSlot Average(Parameter parameter)
    {
        var slot = Moment(parameter, "average");
        _averages.Add(new AveragedParameter(parameter, _store[slot]));
        return slot;
    }

    private static int FirstClaim(IReadOnlyList<ParameterGroup> groups, ModuleTree model, string name, Parameter parameter)
    {
        if (groups.Count == 0) return 0;
        var named = new NamedParameter(name, parameter, model.OwnerOf(name));
        for (var i = 0; i < groups.Count; i++)
            if (groups[i].Claims(named)) return i + 1;
        return 0;
    }
}
