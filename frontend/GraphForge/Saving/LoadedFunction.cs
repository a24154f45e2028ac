using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Graph.Format;
using GraphForge.Execution;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tracing;

namespace GraphForge.Saving;

/// <summary>A function of an artifact as data: a graph that can be compiled anew, and its values. None of the artifact's code is touched.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Ranges">What those must hold where they are read as indices.</param>
/// <param name="States">The artifact's states, those that programs of it use.</param>
internal sealed record LoadedFunction(ComputationGraph Graph, InputSignature Inputs, IReadOnlyList<IndexRange> Ranges, StateStore States)
{
    /// <summary>The function without its values.</summary>
    public SavedFunction Function => new(Graph, Inputs, Ranges);

    /// <exception cref="ArtifactException">The graph is malformed, or not what the manifest describes.</exception>
    public static LoadedFunction Of(Artifact artifact, ArtifactFunction function)
    {
        var symbols = artifact.Manifest.Symbols.ToDictionary(s => s.Name, s => new DimSymbol(s.Name, s.Minimum, s.Maximum));
        try
        {
            var inputs = new InputSignature([.. function.Inputs.Select(i => ToSpec(i, symbols))]);
            var document = GraphDocument.Of(artifact.Read(function.Graph), inputs);
            Check(document, function, inputs);
            var ranges = document.Demands.Select(d => new IndexRange(new InputElements(d.Input, d.Part), d.Count, d.Ignored) { Demand = d.Demand, Site = d.Site });
            return new LoadedFunction(document.Graph, inputs, [.. ranges], StatesOf(artifact, function, document.Graph));
        }
        catch (Exception e) when (e is InvalidGraphException or GraphException)
        {
            throw new ArtifactException(ArtifactError.Malformed, artifact.Manifest.Name, $"'{function.Graph}' is no graph that can be compiled: {e.Message}", e);
        }
    }

    private static TensorSpec ToSpec(ArtifactTensor tensor, Dictionary<string, DimSymbol> symbols) =>
        new(tensor.Name, tensor.DType, Shape.Of(tensor.Dims.Select(d => d.Extent is { } extent ? extent : (Dim)symbols[d.Text])));

    private static void Check(GraphDocument document, ArtifactFunction function, InputSignature inputs)
    {
        GraphVerifier.CheckNames(document.Graph);
        foreach (var input in document.Graph.Inputs)
            if (inputs.IndexOf(input.Label) is var index && (index < 0 || inputs.Specs[index].Type != input.Type))
                throw new InvalidGraphException($"the manifest has no input '{input.Label}' of {input.Type}");
        foreach (var demand in document.Demands)
            if (inputs.IndexOf(demand.Input) is var index && (index < 0 || demand.Part is { } part && part.Starts.Count != inputs.Specs[index].Shape.Rank))
                throw new InvalidGraphException($"what is asked of the input '{demand.Input}' does not fit it");
        if (document.Graph.Updates.Count > 0 != function.WritesStates) throw new InvalidGraphException("the manifest is wrong about whether it changes states");
        if (!document.Graph.Outputs.Select(o => o.Name).SequenceEqual(function.Outputs.Select(o => o.Name))) throw new InvalidGraphException("it has other outputs");
    }

    private static StateStore StatesOf(Artifact artifact, ArtifactFunction function, ComputationGraph graph)
    {
        var store = new StateStore();
        var slots = graph.States;
        if (slots.Count != function.States.Count) throw new InvalidGraphException($"it has {slots.Count} states where the manifest counts {function.States.Count}");
        foreach (var (slot, position) in slots.Zip(function.States))
        {
            var buffer = artifact.States[position];
            if (slot.Type != new TensorType(buffer.Type, Shape.Of([.. buffer.Dims]))) throw new InvalidGraphException($"the state '{slot}' is {slot.Type} there");
            store.Add(slot, buffer);
        }
        return store;
    }
}
