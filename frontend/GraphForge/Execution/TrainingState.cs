using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Tracing;

namespace GraphForge.Execution;

/// <summary>What a training keeps from step to step besides the model: learning rate, counts, seeds, optimizer moments.</summary>
internal sealed class TrainingState
{
    private readonly Dictionary<(StateSlot, string), StateSlot> _moments = [];
    private readonly StateSlot _epochs;
    private readonly StateSlot _orderSeed;

    public TrainingState(ModuleTree model, double learningRate, long seed)
    {
        Store.Add(model);
        LearningRate = Store.Create("learning_rate", new TensorType(DType.Float64, Shape.Scalar));
        StepCount = Store.Create("step", new TensorType(DType.Int64, Shape.Scalar));
        Seed = Store.Create("random_seed", new TensorType(DType.Int64, Shape.Scalar));
        _epochs = Store.Create("epochs", new TensorType(DType.Int64, Shape.Scalar));
        _orderSeed = Store.Create("order_seed", new TensorType(DType.Int64, Shape.Scalar));
        LearningRateValue = learningRate;
        Store[_orderSeed].AsSpan<long>()[0] = seed;
        // Scattered, as seeds count up by one with every step: neighbouring seeds must not share their later steps.
        Store[Seed].AsSpan<long>()[0] = (long)Scatter((ulong)seed);
    }

    public StateStore Store { get; } = new();

    public StateSlot LearningRate { get; }

    public StateSlot StepCount { get; }

    public StateSlot Seed { get; }

    public double LearningRateValue
    {
        get => Store[LearningRate].AsSpan<double>()[0];
        set => Store[LearningRate].AsSpan<double>()[0] = value;
    }

    /// <summary>Epochs begun so far. No program reads it; it decides the order of the next epoch's samples.</summary>
    public long Epochs
    {
        get => Store[_epochs].AsSpan<long>()[0];
        set => Store[_epochs].AsSpan<long>()[0] = value;
    }

    /// <summary>Decides the order of samples in every epoch.</summary>
    public long OrderSeed => Store[_orderSeed].AsSpan<long>()[0];

    public long Steps => Store[StepCount].AsSpan<long>()[0];

    /// <summary>A tensor like <paramref name="parameter"/> that the optimizer keeps for it under <paramref name="name"/>.</summary>
    public StateSlot Moment(Parameter parameter, string name)
    {
        if (!_moments.TryGetValue((parameter.Slot, name), out var slot))
            _moments[(parameter.Slot, name)] = slot = Store.Create($"{parameter.Name}.{name}", parameter.Slot.Type);
        return slot;
    }

    /// <summary>The finaliser of SplitMix64 (Steele, Lea, Flood 2014).</summary>
    private static ulong Scatter(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
