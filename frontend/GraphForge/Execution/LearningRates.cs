using GraphForge.Compiler.Graph;
using GraphForge.Optimizers;
using GraphForge.Runtime;
using GraphForge.Schedules;

namespace GraphForge.Execution;

/// <summary>Keeps the groups' learning rates, which the compiled step reads, as schedules and metrics want them.</summary>
internal sealed class LearningRates
{
    private readonly Optimization _optimization;
    private readonly OptimizationState _state;
    private readonly StateStore _store;
    private readonly StateSlot _epochs;
    private readonly StateSlot? _plateau;

    public LearningRates(Optimization optimization, OptimizationState state, StateStore store)
    {
        (_optimization, _state, _store) = (optimization, state, store);
        _epochs = store.Create("epoch", new TensorType(DType.Int64, Shape.Scalar));
        if (optimization.Plateau is not { } plateau) return;
        if (optimization.Schedule is not null || optimization.Groups.Any(g => g.Schedule is not null))
            throw new GraphException(ErrorCode.BadAttribute,
                "an Optimization has either schedules or a Plateau, which lowers whatever the learning rate is; leave one out.");
        _plateau = store.Create("plateau", new TensorType(DType.Float64, Shape.Of(3)));
        Plateau = plateau.Start;
    }

    /// <summary>Epochs ended so far.</summary>
    public long Epochs
    {
        get => _store[_epochs].AsSpan<long>()[0];
        private set => _store[_epochs].CopyFrom<long>([value]);
    }

    /// <summary>Best metric, epochs since, and cooldown, kept with the other states.</summary>
    private PlateauState Plateau
    {
        get => _store[_plateau!].AsSpan<double>() is var s ? new PlateauState(s[0], (int)s[1], (int)s[2]) : default;
        set => _store[_plateau!].CopyFrom<double>([value.Best, value.BadEpochs, value.Cooldown]);
    }

    /// <summary>Sets the learning rates that follow a schedule to what the next step is to use.</summary>
    /// <exception cref="GraphException">A schedule gives no learning rate.</exception>
    public void Follow()
    {
        var count = _optimization.ScheduleUnit == ScheduleUnit.Epoch ? Epochs : _state.Updates;
        for (var i = 0; i < _state.Groups.Count; i++)
            if (ScheduleOf(i) is { } schedule) _state.Groups[i].LearningRateValue = At(schedule, _state.Groups[i].Optimizer, count);
    }

    /// <summary>The learning rate of a group's next step.</summary>
    public double this[int group]
    {
        get
        {
            Follow();
            return _state.Groups[group].LearningRateValue;
        }
        set
        {
            if (ScheduleOf(group) is { } schedule)
                throw new GraphException(ErrorCode.BadAttribute, $"the learning rate follows {schedule.GetType().Name} and cannot be " +
                    "set; compile the training without a schedule, or use a LambdaLR that reads it from elsewhere.");
            _state.Groups[group].LearningRateValue = double.IsFinite(value) && value >= 0
                ? value
                : throw new GraphException(ErrorCode.BadAttribute, $"a learning rate must be at least 0 but is {value}.");
        }
    }

    /// <param name="metric">What a plateau is told by; null where there is none.</param>
    /// <exception cref="GraphException">The metric is missing.</exception>
    public void EndEpoch(double? metric)
    {
        if (_optimization.Plateau is { } plateau)
        {
            var value = metric ?? throw new GraphException(ErrorCode.BadRunArgument,
                "the learning rate is lowered by ReduceLROnPlateau, which needs a metric at the end of every epoch; pass one to EndEpoch.");
            Plateau = plateau.After(Plateau, value, out var reduces);
            if (reduces)
                foreach (var group in _state.Groups) group.LearningRateValue = plateau.Reduced(group.LearningRateValue);
        }
        Epochs++;
    }

    private LearningRateSchedule? ScheduleOf(int group) =>
        (group == 0 ? null : _optimization.Groups[group - 1].Schedule) ?? _optimization.Schedule;

    private static double At(LearningRateSchedule schedule, Optimizer optimizer, long count)
    {
        var rate = schedule.At(optimizer.LearningRate, count);
        return double.IsFinite(rate) && rate >= 0
            ? rate
            : throw new GraphException(ErrorCode.BadAttribute, $"{schedule.GetType().Name} gives a learning rate of {rate} at {count}.");
    }
}
