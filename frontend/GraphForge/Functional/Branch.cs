using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Tracing;

namespace GraphForge;

/// <content>Branches and loops that data decides on, for inference.</content>
public static partial class Functional
{
    /// <summary>
    /// The results of one of two functions of <paramref name="operands"/>; only the chosen one runs. What a function computes
    /// from other tensors alone is computed in any case. It has no gradient: <see cref="Tensor.Where"/> has one.
    /// </summary>
    /// <param name="condition">A bool scalar.</param>
    /// <param name="then">Used where the condition holds.</param>
    /// <param name="otherwise">Used where it does not; yields as many tensors of the same shapes and types.</param>
    /// <param name="operands">What the functions are given.</param>
    /// <exception cref="GraphException">The condition is no bool scalar, or the functions yield different shapes or types.</exception>
    public static Tensor[] Cond(
        Tensor condition, Func<Tensor[], Tensor[]> then, Func<Tensor[], Tensor[]> otherwise, params IReadOnlyList<Tensor> operands) =>
        TensorsOf(Nodes.Cond(condition.Node, NodesOf(operands),
            o => NodesOf(Trace.Perhaps(then)(TensorsOf(o))), o => NodesOf(Trace.Perhaps(otherwise)(TensorsOf(o)))));

    /// <summary>
    /// Carries after as many steps of <paramref name="body"/> as <paramref name="condition"/> holds before each. It has no
    /// gradient: a scan has one.
    /// </summary>
    /// <param name="condition">A bool scalar from the carries.</param>
    /// <param name="body">The next carries; each keeps its shape and type.</param>
    /// <param name="carries">Carries before the first step.</param>
    /// <param name="limit">Most steps taken.</param>
    /// <exception cref="GraphException">The condition is no bool scalar, or the body changes the number, type or shape of the carries.</exception>
    public static Tensor[] While(
        Func<Tensor[], Tensor> condition, Func<Tensor[], Tensor[]> body, IReadOnlyList<Tensor> carries, long limit = long.MaxValue) =>
        TensorsOf(Nodes.While(NodesOf(carries), c => condition(TensorsOf(c)).Node,
            c => NodesOf(Typed(Trace.Perhaps(body)(TensorsOf(c)), c)), limit));
}
