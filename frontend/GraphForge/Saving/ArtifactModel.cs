using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Graph.Format;
using GraphForge.Execution;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tracing;

namespace GraphForge.Saving;

/// <summary>The model of an artifact as data: a graph that can be compiled anew, and its values. None of the artifact's code is touched.</summary>
internal static class ArtifactModel
{
    private const string Function = "infer";

    /// <exception cref="ArtifactException">The artifact is damaged, or is not for inference.</exception>
    public static (InferenceGraph Graph, StateStore States) Read(Artifact artifact, string path)
    {
        if (artifact.Manifest.Kind != ArtifactKind.Inference || artifact.Manifest.Functions.FirstOrDefault(f => f.Name == Function) is not { } function)
            throw new ArtifactException(ArtifactError.NotFound, path,
                "this is the artifact of a training; a CompiledModel takes one of a model, saved by CompiledModel.Save. Open it with Artifact.Open.");
        var symbols = artifact.Manifest.Symbols.ToDictionary(s => s.Name, s => new DimSymbol(s.Name, s.Minimum, s.Maximum));
        try
        {
            var inputs = new InputSignature([.. function.Inputs.Select(i => ToSpec(i, symbols))]);
            var document = GraphDocument.Of(artifact.Read(function.Graph), inputs);
            Check(document, inputs);
            var ranges = document.Demands.Select(d => new IndexRange(new InputElements(d.Input, d.Part), d.Count, d.Ignored) { Demand = d.Demand, Site = d.Site });
            return (new InferenceGraph(document.Graph, inputs, [.. ranges]), States(artifact, document.Graph));
        }
        catch (Exception e) when (e is InvalidGraphException or GraphException)
        {
            throw new ArtifactException(ArtifactError.Malformed, path, $"'{function.Graph}' is no graph that can be compiled: {e.Message}", e);
        }
    }

    private static TensorSpec ToSpec(ArtifactTensor tensor, Dictionary<string, DimSymbol> symbols) =>
        new(tensor.Name, tensor.DType, Shape.Of(tensor.Dims.Select(d => d.Extent is { } extent ? extent : (Dim)symbols[d.Text])));

    private static void Check(GraphDocument document, InputSignature inputs)
    {
        GraphVerifier.CheckNames(document.Graph);
        foreach (var input in document.Graph.Inputs)
            if (inputs.IndexOf(input.Label) is var index && (index < 0 || inputs.Specs[index].Type != input.Type))
                throw new InvalidGraphException($"the manifest has no input '{input.Label}' of {input.Type}");
        foreach (var demand in document.Demands)
            if (inputs.IndexOf(demand.Input) is var index && (index < 0 || demand.Part is { } part && part.Starts.Count != inputs.Specs[index].Shape.Rank))
                throw new InvalidGraphException($"what is asked of the input '{demand.Input}' does not fit it");
        if (document.Graph.Updates.Count > 0) throw new InvalidGraphException("a model that is only run changes states");
    }

    private static StateStore States(Artifact artifact, ComputationGraph graph)
    {
        var store = new StateStore();
        foreach (var slot in graph.States)
        {
            var buffer = artifact.State(slot.Name);
            if (slot.Type != new TensorType(buffer.Type, Shape.Of([.. buffer.Dims]))) throw new InvalidGraphException($"the state '{slot}' is {slot.Type} there");
            store.Add(slot, buffer);
        }
        return store;
    }
}
