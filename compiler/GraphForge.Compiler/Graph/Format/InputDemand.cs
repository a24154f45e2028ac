using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Graph.Format;

/// <summary>What a graph asks of an input whose elements it reads as class numbers or positions.</summary>
/// <param name="Input">Name of the input.</param>
/// <param name="Part">Which of its elements; null for all.</param>
/// <param name="Count">They are in 0..Count - 1.</param>
/// <param name="Ignored">A number that is allowed besides; null if there is none.</param>
/// <param name="Demand">Who asks, as the beginning of a sentence that the range ends.</param>
/// <param name="Site">The line of the user's code that asks.</param>
public sealed record InputDemand(string Input, Slice? Part, Dim Count, long? Ignored, string Demand, SourceLocation Site);
