using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Optimizers;

/// <summary>A tensor an optimizer keeps for a parameter from step to step, such as a running mean of gradients.</summary>
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

    internal StateUpdate Update => new(_slot, Next.Node);
}
