using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tool.Values;

namespace GraphForge.Tool.Verification;

/// <summary>What a run of a function is to yield, by the reference evaluator.</summary>
/// <param name="function">The function.</param>
/// <param name="outputs">Values by output name.</param>
/// <param name="states">For each state of the graph its new value; null where a run does not change it.</param>
internal sealed class ReferenceCheck(ArtifactFunction function, IReadOnlyDictionary<string, Literal> outputs, IReadOnlyList<Literal?> states)
{
    /// <summary>Evaluates the reference; nothing of the artifact is changed.</summary>
    /// <param name="artifact">Whose graph and states they are.</param>
    /// <param name="prepared">What is run, and with what.</param>
    /// <param name="console">Told how far it is.</param>
    /// <param name="cancellation">Ends the evaluation.</param>
    public static ReferenceCheck Of(Artifact artifact, PreparedRun prepared, CommandConsole console, CancellationToken cancellation)
    {
        var function = prepared.Program.Function;
        var graph = ArtifactGraph.Of(artifact, function);
        var bound = graph.Bind(prepared.Extents);
        var inputs = bound.Inputs.ToDictionary(i => i.Label, i => prepared.Inputs[i.Label]);
        var what = $"evaluating {BoundExtents.Describe(function.Name, prepared.Extents)} by the reference";
        console.Progress(what);
        var (outputs, states) = graph.Evaluate(bound, inputs, new EvaluationProgress(console, what, bound.TopologicalOrder().Count), cancellation);
        return new ReferenceCheck(function, outputs, states);
    }

    /// <summary>Runs the kernels and compares what they yield.</summary>
    public ProgramCheck Compare(PreparedRun prepared, Tolerance tolerance)
    {
        using var run = prepared.Program.Rent();
        prepared.SetInputs(run);
        run.Run();
        var comparisons = prepared.Program.Outputs.Select(o => tolerance.Compare($"output '{o.Name}'", outputs[o.Name], run.Get(o))).ToList();
        foreach (var (position, expected) in function.States.Zip(states))
        {
            if (expected is null) continue;
            var state = prepared.Artifact.States[position];
            comparisons.Add(tolerance.Compare($"new state '{prepared.Artifact.Manifest.States[position].Name}'", expected, Literal.Of(expected.Type, state.AsBytes())));
        }
        var largest = comparisons.Select(c => c.Largest).DefaultIfEmpty(0).Max();
        return new ProgramCheck(function.Name, prepared.Extents.ToDictionary(), prepared.IsCompiledHere ? "compiled" : "artifact", prepared.Program.VectorBits,
            comparisons.Sum(c => (long)c.Expected.Count), double.IsFinite(largest) ? largest : null, [.. comparisons.Where(c => !c.Holds).Select(c => c.Problem)]);
    }
}
