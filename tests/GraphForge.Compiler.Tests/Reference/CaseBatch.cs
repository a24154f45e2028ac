using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Tests.Compiled;

namespace GraphForge.Compiler.Tests.Reference;

/// <summary>
/// Cases that are compiled as one program: its constant cost, that of a C# compilation, is then paid once for all of them,
/// and their kernels share a plan.
/// </summary>
public sealed class CaseBatch
{
    private const int Size = 24;

    private static readonly Dictionary<StateSlot, Literal> NoStates = [];

    private readonly Lazy<ReferenceResult> _reference, _compiled;

    private CaseBatch(CaseGraph[] cases)
    {
        var graph = new ComputationGraph("recorded", cases.SelectMany(c => c.Outputs).ToEquatable(), []);
        var used = graph.Inputs.Select(input => input.Label).ToHashSet();
        var values = cases.SelectMany(c => c.Values).Where(p => used.Contains(p.Key)).ToDictionary();
        _reference = new(() => ReferenceEvaluator.Evaluate(graph, values, NoStates));
        _compiled = new(() => CompiledGraph.Evaluate(graph, values, NoStates));
    }

    /// <summary>The batch and graph of each case, by name.</summary>
    /// <param name="cases">Recorded cases.</param>
    /// <param name="build">How the operation of a case is built.</param>
    public static IReadOnlyDictionary<string, (CaseBatch Batch, CaseGraph Graph)> Of(
        IEnumerable<RecordedCase> cases, Func<RecordedCase, Func<Node[], CaseAttributes, Node>> build) => cases
        .Select((recorded, number) => new CaseGraph(recorded, number, build(recorded))).Chunk(Size)
        .SelectMany(cases => { var batch = new CaseBatch(cases); return cases.Select(c => (c.Case.Name, (batch, c))); })
        .ToDictionary(pair => pair.Name, pair => pair.Item2);

    /// <summary>The batch's outputs from the reference evaluator.</summary>
    public IReadOnlyDictionary<string, Literal> Reference => _reference.Value.Outputs;

    /// <summary>The batch's outputs from the compiled program.</summary>
    public IReadOnlyDictionary<string, Literal> Compiled => _compiled.Value.Outputs;
}
