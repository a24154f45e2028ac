using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Ops;

/// <summary>What a scan yields.</summary>
/// <param name="Carries">Each carry after the last step.</param>
/// <param name="Outputs">Each output of all steps, [length, …].</param>
public sealed record ScanNodes(IReadOnlyList<Node> Carries, IReadOnlyList<Node> Outputs);

/// <summary>One step of a scan: carries and elements in, next carries and outputs out.</summary>
public delegate (IReadOnlyList<Node> Carries, IReadOnlyList<Node> Outputs) ScanStep(
    IReadOnlyList<Node> carries, IReadOnlyList<Node> elements);

public static partial class Nodes
{
    /// <summary>
    /// A loop with memory over the first axis of <paramref name="stacked"/>; see <see cref="Ops.Scan"/>. The step is called
    /// once, to write it down. It may use any node: what does not depend on its arguments is computed once, outside.
    /// </summary>
    /// <param name="init">Carries before the first step.</param>
    /// <param name="stacked">Tensors [length, …] of which each step sees one element […].</param>
    /// <param name="step">The body.</param>
    /// <param name="length">Number of steps; needed where nothing is stacked.</param>
    /// <param name="reverse">Whether to go from the last element to the first. Outputs stay at their elements' positions.</param>
    /// <exception cref="GraphException">Lengths differ, or the step changes the number, type or shape of the carries.</exception>
    public static ScanNodes Scan(
        IReadOnlyList<Node> init, IReadOnlyList<Node> stacked, ScanStep step, Dim? length = null, bool reverse = false)
    {
        var steps = ScanLength(stacked, length);
        Node[] parameters =
        [
            .. init.Select(c => SubgraphClosure.Placeholder(c.Type)),
            .. stacked.Select(s => SubgraphClosure.Placeholder(s.Type with { Shape = Shape.Of(s.Shape.Skip(1)) })),
        ];
        var (next, outputs) = step(parameters[..init.Count], parameters[init.Count..]);
        CheckCarries("scan", init, next);
        var closure = SubgraphClosure.Of(parameters, [.. next, .. outputs]);
        Node[] operands = [.. init, .. stacked, .. closure.Captured];
        return new ScanNodes(
            init.Select((_, i) => Result(new(ScanResultKind.Final, i))).ToArray(), outputs.Select((_, j) => Output(j)).ToArray());

        Node Result(ScanResult result) =>
            Node.Of(new Scan(closure.Body, init.Count, stacked.Count, steps, reverse, result), operands);

        // An output that is the next carry is among the states already.
        Node Output(int j)
        {
            var carry = closure.Body.Roots.Take(init.Count).ToList().IndexOf(closure.Body.Roots[init.Count + j]);
            return carry < 0
                ? Result(new(ScanResultKind.Stacked, j))
                : Result(new(ScanResultKind.States, carry)).Slice(0, reverse ? 0 : 1, steps);
        }
    }

    private static Dim ScanLength(IReadOnlyList<Node> stacked, Dim? length)
    {
        if (length is { IsBound: true, Value: < 0 })
            throw new GraphException(ErrorCode.BadAttribute, $"scan has length {length}; it must not be negative.");
        if (length is null && stacked.Count == 0)
            throw new GraphException(ErrorCode.BadAttribute, "scan needs a length where no tensor is stacked.");
        foreach (var tensor in stacked)
        {
            if (tensor.Shape.Rank == 0)
                throw new GraphException(ErrorCode.ShapeMismatch,
                    $"scan goes along the first axis of its stacked tensors, and {tensor.Type} has none; capture it instead.");
            if (tensor.Shape[0] == (length ??= tensor.Shape[0])) continue;
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"scan of {length} steps needs stacked tensors of that length, got {string.Join(" and ", stacked.Select(s => s.Type))}; " +
                "make their first extents agree.");
        }
        return length!.Value;
    }

    private static void CheckCarries(string what, IReadOnlyList<Node> init, IReadOnlyList<Node> next)
    {
        if (next.Count != init.Count)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"{what} starts with {init.Count} carries and its step returns {next.Count}; return a next value for each.");
        for (var i = 0; i < init.Count; i++)
            if (next[i].Type != init[i].Type)
                throw new GraphException(
                    next[i].Type.DType != init[i].Type.DType ? ErrorCode.WrongDType : ErrorCode.ShapeMismatch,
                    $"{what}: carry {i} starts as {init[i].Type} and its step makes it {next[i].Type}; a carry keeps its type and shape.");
    }
}
