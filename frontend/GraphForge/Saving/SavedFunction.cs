using GraphForge.Compiler.Graph;
using GraphForge.Execution;
using GraphForge.Tracing;

namespace GraphForge.Saving;

/// <summary>A function of an artifact that is being written.</summary>
/// <param name="Graph">What it computes; its name is the function's.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Ranges">What those must hold where they are read as indices.</param>
internal sealed record SavedFunction(ComputationGraph Graph, InputSignature Inputs, IReadOnlyList<IndexRange> Ranges);
