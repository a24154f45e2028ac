using GraphForge.Compiler.Graph;
using GraphForge.Execution;
using GraphForge.Runtime;

namespace GraphForge.Tracing;

/// <summary>A step or an evaluation written down, for symbolic extents.</summary>
/// <param name="Graph">What runs.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Metrics">Scalars it gives besides the loss, as the training function returned them.</param>
/// <param name="Ranges">What inputs must hold where they are read as indices.</param>
internal sealed record TrainingGraph(ComputationGraph Graph, InputSignature Inputs, IReadOnlyList<(string Name, DType DType)> Metrics,
    IReadOnlyList<IndexRange> Ranges);
