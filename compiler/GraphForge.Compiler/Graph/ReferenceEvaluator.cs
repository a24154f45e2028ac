using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Graph;

/// <summary>What a run yields.</summary>
/// <param name="Outputs">Values by output name.</param>
/// <param name="States">Every state of the graph after the run, updated or not.</param>
public sealed record ReferenceResult(
    IReadOnlyDictionary<string, Literal> Outputs, IReadOnlyDictionary<StateSlot, Literal> States);

/// <summary>Runs a bound graph op by op through <see cref="Op.Evaluate"/>: slow, plain, and what compiled programs are tested against.</summary>
public static class ReferenceEvaluator
{
    /// <summary>Evaluates every output and update; states read in the run have their old values.</summary>
    /// <param name="graph">A graph without symbols.</param>
    /// <param name="inputs">Values by input name.</param>
    /// <param name="states">Values of all states.</param>
    /// <param name="evaluated">Told after every node how many are done.</param>
    /// <param name="cancellation">Ends the evaluation between two nodes.</param>
    /// <exception cref="GraphException">An input or state has no value or one of another type.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ReferenceResult Evaluate(
        ComputationGraph graph, IReadOnlyDictionary<string, Literal> inputs, IReadOnlyDictionary<StateSlot, Literal> states,
        IProgress<int>? evaluated = null, CancellationToken cancellation = default)
    {
        var values = new Dictionary<Node, Literal>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.TopologicalOrder())
        {
            cancellation.ThrowIfCancellationRequested();
            values[node] = node.Op switch
            {
                Input input => Given(inputs, input.Label, $"input {input.Label}", node),
                State state => Given(states, state.Slot, $"state {state.Slot}", node),
                _ => Apply(node, values),
            };
            evaluated?.Report(values.Count);
        }
        var after = graph.States.Where(states.ContainsKey).ToDictionary(s => s, s => states[s]);
        foreach (var (slot, value) in graph.Updates) after[slot] = values[value];
        return new ReferenceResult(graph.Outputs.ToDictionary(o => o.Name, o => values[o.Value]), after);
    }

    /// <summary>The value of a node that depends on no input or state.</summary>
    /// <exception cref="GraphException">It does depend on one.</exception>
    public static Literal Evaluate(Node node)
    {
        var graph = new ComputationGraph("", [new NamedOutput("", node)], []);
        return Evaluate(graph, new Dictionary<string, Literal>(), new Dictionary<StateSlot, Literal>()).Outputs[""];
    }

    internal static Literal Apply(Node node, Dictionary<Node, Literal> values)
    {
        var operands = new Literal[node.Inputs.Length];
        for (var i = 0; i < operands.Length; i++) operands[i] = values[node.Inputs[i]];
        var result = node.Op.Evaluate(node, operands);
        return result.Type == node.Type
            ? result
            : throw new InternalCompilerException("evaluate", $"{node} evaluated to {result.Type}");
    }

    private static Literal Given<TKey>(IReadOnlyDictionary<TKey, Literal> given, TKey key, string what, Node node)
        where TKey : notnull
    {
        if (!given.TryGetValue(key, out var literal))
            throw new GraphException(ErrorCode.DanglingInput, $"{what} ({node.Type}) was given no value.", node.Source);
        return literal.Type == node.Type
            ? literal
            : throw new GraphException(ErrorCode.BadRunArgument,
                $"{what} takes {node.Type} and was given {literal.Type}.", node.Source);
    }
}
