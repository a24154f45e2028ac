using GraphForge.Compiler.Graph;
using GraphForge.Execution;

namespace GraphForge.Tracing;

/// <summary>A function of a model written down for inference, for symbolic extents.</summary>
/// <param name="Graph">What runs.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Ranges">What those must hold where they are read as indices.</param>
internal sealed record InferenceGraph(ComputationGraph Graph, InputSignature Inputs, IReadOnlyList<IndexRange> Ranges)
{
    /// <summary>What it gives.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; } =
        [.. Graph.Outputs.Select(o => new TensorSpec(o.Name, o.Value.Type.DType, o.Value.Shape))];
}
