using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Execution;
using GraphForge.Runtime;

namespace GraphForge.Tracing;

/// <summary>
/// A parameter as an optimizer sees it. Most updates are smaller than half the last digit of a bfloat16 and would be lost, so
/// what rounding takes from a parameter of 16 bits is kept beside it: the sum of both is the float32 value that a master copy
/// of the weights would have. It begins as zero, and where new values are given to the parameter it is too small to matter.
/// </summary>
internal sealed class PreciseParameter
{
    private readonly Parameter _parameter;
    private readonly StateSlot? _lost;

    /// <param name="parameter">The parameter.</param>
    /// <param name="state">Keeps what rounding takes.</param>
    public PreciseParameter(Parameter parameter, OptimizationState state)
    {
        (_parameter, _lost) = (parameter, parameter.DType.IsHalf() ? state.Moment(parameter, "rounded_off") : null);
        var stored = ((Tensor)parameter).Widened();
        Value = _lost is null ? stored : stored + new Tensor(Nodes.State(_lost));
    }

    /// <summary>The value before the step; float32 or float64.</summary>
    public Tensor Value { get; }

    /// <summary>What is stored so that <see cref="Value"/> is <paramref name="after"/> in the next step.</summary>
    public IEnumerable<StateUpdate> Become(Tensor after)
    {
        var stored = after.To(_parameter.DType);
        yield return new StateUpdate(_parameter.Slot, stored.Node);
        if (_lost is not null) yield return new StateUpdate(_lost, (after - stored.Widened()).Node);
    }
}
