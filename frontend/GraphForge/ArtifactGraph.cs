using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Runtime.Artifacts;
using GraphForge.Saving;

namespace GraphForge;

/// <summary>
/// The graph of an artifact's function, to be looked at or evaluated without kernels. Data alone is read: none of the artifact's code
/// is loaded, and nobody need be trusted.
/// </summary>
/// <example><code>
/// using var artifact = Artifact.Open("digits.gfm");
/// var graph = ArtifactGraph.Of(artifact, artifact.Manifest.Functions[0]);
/// Console.WriteLine(GraphPrinter.Print(graph.Graph));
/// Console.WriteLine(FloatOperations.Of(graph.Bind([("batch", 1)])));
/// </code></example>
public sealed class ArtifactGraph
{
    private readonly LoadedFunction _function;

    private ArtifactGraph(LoadedFunction function, IReadOnlyList<StateBuffer> states) => (_function, States) = (function, states);

    /// <summary>The graph as it was traced; its extents may be symbols.</summary>
    public ComputationGraph Graph => _function.Graph;

    /// <summary>What the function takes.</summary>
    public IReadOnlyList<TensorSpec> Inputs => _function.Inputs.Specs;

    /// <summary>Storage of each of the graph's <see cref="ComputationGraph.States"/>, the artifact's own.</summary>
    public IReadOnlyList<StateBuffer> States { get; }

    /// <summary>Reads a function's graph.</summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="function">One of its functions.</param>
    /// <exception cref="ArtifactException">The graph is malformed, or not what the manifest describes.</exception>
    public static ArtifactGraph Of(Artifact artifact, ArtifactFunction function)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        ArgumentNullException.ThrowIfNull(function);
        return new ArtifactGraph(LoadedFunction.Of(artifact, function), [.. function.States.Select(s => artifact.States[s])]);
    }

    /// <summary>The graph with every extent a number.</summary>
    /// <param name="extents">The extent of each symbol of its inputs.</param>
    /// <exception cref="GraphException">An extent is unknown, missing or out of bounds, or an op does not work at these.</exception>
    public ComputationGraph Bind(params ReadOnlySpan<(string Symbol, long Extent)> extents) =>
        Binding.Bind(Graph, _function.Inputs.Binding(_function.Inputs.Bind(extents)));

    /// <summary>
    /// What a run yields, by the reference: op by op and slowly. Nothing changes: new values of states are in the result.
    /// </summary>
    /// <param name="bound">What <see cref="Bind"/> made.</param>
    /// <param name="inputs">Values by input name.</param>
    /// <param name="evaluated">Told after every node how many are done, on this thread.</param>
    /// <param name="cancellation">Ends the evaluation.</param>
    /// <returns>Outputs by name; states in the order of <see cref="States"/>, null for those that a run does not change.</returns>
    /// <exception cref="GraphException">An input has no value or one of another type.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public (IReadOnlyDictionary<string, Literal> Outputs, IReadOnlyList<Literal?> States) Evaluate(
        ComputationGraph bound, IReadOnlyDictionary<string, Literal> inputs, IProgress<int>? evaluated = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(bound);
        var slots = Graph.States;
        var before = slots.Zip(States).ToDictionary(s => s.First, s => Literal.Of(s.First.Type, s.Second.AsBytes()));
        var result = ReferenceEvaluator.Evaluate(bound, inputs, before, evaluated, cancellation);
        var changed = bound.Updates.Select(u => u.Slot).ToHashSet();
        return (result.Outputs, [.. slots.Select(s => changed.Contains(s) ? result.States[s] : null)]);
    }
}
