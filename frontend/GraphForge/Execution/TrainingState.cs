using GraphForge.Compiler.Graph;
using GraphForge.Optimizers;
using GraphForge.Runtime;
using GraphForge.Tracing;

namespace GraphForge.Execution;

/// <summary>What a training keeps from step to step besides the model: counts, seeds, and what its optimization needs.</summary>
internal sealed class TrainingState
{
    private readonly StateSlot _orders;
    private readonly StateSlot _orderSeed;

    public TrainingState(ModuleTree model, Optimization optimization, long seed)
    {
        Store.Add(model);
        StepCount = Store.Create("step", new TensorType(DType.Int64, Shape.Scalar));
        Seed = Store.Create("random_seed", new TensorType(DType.Int64, Shape.Scalar));
        _orders = Store.Create("orders", new TensorType(DType.Int64, Shape.Scalar));
        _orderSeed = Store.Create("order_seed", new TensorType(DType.Int64, Shape.Scalar));
        Store[_orderSeed].CopyFrom<long>([seed]);
        Optimization = new OptimizationState(model, optimization, Store, StepCount);
        // Scattered, as seeds count up by one with every step: neighbouring seeds must not share their later steps.
        Store[Seed].CopyFrom<long>([(long)Scatter((ulong)seed)]);
    }

    public StateStore Store { get; } = new();

    public StateSlot StepCount { get; }

    public StateSlot Seed { get; }

    public OptimizationState Optimization { get; }

    /// <summary>Orders of samples used up so far: epochs begun, also those that were cancelled.</summary>
    public long Orders
    {
        get => Store[_orders].AsSpan<long>()[0];
        set => Store[_orders].CopyFrom<long>([value]);
    }

    /// <summary>Decides the orders of samples.</summary>
    public long OrderSeed => Store[_orderSeed].AsSpan<long>()[0];

    public long Steps => Store[StepCount].AsSpan<long>()[0];

    /// <summary>The finaliser of SplitMix64 (Steele, Lea, Flood 2014).</summary>
    private static ulong Scatter(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
