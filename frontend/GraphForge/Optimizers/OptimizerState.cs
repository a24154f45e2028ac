using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Optimizers;

/// <summary>A tensor an optimizer keeps from step to step, such as a running mean of a parameter's gradients.</summary>
public sealed class OptimizerState
{
    private readonly StateSlot _slot;

    internal OptimizerState(StateSlot slot)
    {
        _slot = slot;
        Value = Next = new Tensor(Node.Of(new State(slot)));
    }

    /// <summary>The value before the step.</summary>
    public Tensor Value { get; }

    /// <summary>The value after the step; set it.</summary>
    public Tensor Next { get; set; }

    /// <param name="applies">A bool scalar: where false, the state stays; null for always.</param>
    internal StateUpdate Update(Tensor? applies) =>
        new(_slot, (applies is null ? Next : Tensor.Where(applies, Next, Value)).Node);
}
