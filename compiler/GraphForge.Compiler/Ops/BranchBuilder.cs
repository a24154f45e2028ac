using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

public static partial class Nodes
{
    private static readonly TensorType Flag = new(DType.Bool, Shape.Scalar);

    /// <summary>
    /// The values of one of two functions of <paramref name="operands"/>, of which only the chosen one runs; see
    /// <see cref="Ops.Cond"/>. What a function computes from other nodes alone is computed in any case, outside.
    /// </summary>
    /// <exception cref="GraphException">The condition is no bool scalar, or the functions yield different types.</exception>
    public static IReadOnlyList<Node> Cond(
        Node condition, IReadOnlyList<Node> operands, Func<IReadOnlyList<Node>, IReadOnlyList<Node>> then,
        Func<IReadOnlyList<Node>, IReadOnlyList<Node>> otherwise)
    {
        if (condition.Type != Flag)
            throw new GraphException(ErrorCode.WrongDType, $"cond takes a bool scalar as its condition, got {condition.Type}.");
        var parameters = operands.Select(o => SubgraphClosure.Placeholder(o.Type)).ToArray();
        var (whenTrue, whenFalse) = (then(parameters), otherwise(parameters));
        if (!whenTrue.Select(n => n.Type).SequenceEqual(whenFalse.Select(n => n.Type)))
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"cond: the branches yield {Types(whenTrue)} and {Types(whenFalse)}; they must agree in number, types and shapes.");
        // Closed together, so that both take the same parameters.
        var closure = SubgraphClosure.Of(parameters, [.. whenTrue, .. whenFalse]);
        var (first, second) = (closure.Body.WithRoots(closure.Body.Roots.Take(whenTrue.Count)), closure.Body.WithRoots(closure.Body.Roots.Skip(whenTrue.Count)));
        Node[] inputs = [condition, .. operands, .. closure.Captured];
        return whenTrue.Select((_, i) => Node.Of(new Cond(first, second, i), inputs)).ToArray();
    }

    /// <summary>
    /// Carries after as many steps as <paramref name="condition"/> holds before each; see <see cref="Ops.While"/>. What does not
    /// depend on the carries is computed once, outside.
    /// </summary>
    /// <param name="init">Carries before the first step.</param>
    /// <param name="condition">A bool scalar from the carries.</param>
    /// <param name="step">The next carries.</param>
    /// <param name="limit">Most steps taken.</param>
    /// <exception cref="GraphException">The condition is no bool scalar, or the step changes the number, type or shape of the carries.</exception>
    public static IReadOnlyList<Node> While(
        IReadOnlyList<Node> init, Func<IReadOnlyList<Node>, Node> condition, Func<IReadOnlyList<Node>, IReadOnlyList<Node>> step,
        long limit = long.MaxValue)
    {
        if (limit < 0) throw new GraphException(ErrorCode.BadAttribute, $"while has a limit of {limit} steps; it must not be negative.");
        Node[] parameters = [SubgraphClosure.Placeholder(Flag), .. init.Select(c => SubgraphClosure.Placeholder(c.Type))];
        var next = step(parameters[1..]);
        CheckCarries("while", init, next);
        var first = condition(init);
        if (first.Type != Flag)
            throw new GraphException(ErrorCode.WrongDType, $"while takes a bool scalar as its condition, got {first.Type}.");
        var closure = SubgraphClosure.Of(parameters, [condition(next), .. next]);
        Node[] operands = [first, .. init, .. closure.Captured];
        return init.Select((_, i) => Node.Of(new While(closure.Body, parameters.Length, limit, i + 1), operands)).ToArray();
    }

    private static string Types(IReadOnlyList<Node> nodes) => nodes.Count == 0 ? "nothing" : string.Join(", ", nodes.Select(n => n.Type));
}
