namespace GraphForge.Compiler.Graph.Format;

/// <summary>Bytes are no graph.</summary>
/// <param name="problem">What is wrong with them.</param>
/// <param name="cause">The error that revealed it, if any.</param>
public sealed class InvalidGraphException(string problem, Exception? cause = null) : Exception(problem, cause);
