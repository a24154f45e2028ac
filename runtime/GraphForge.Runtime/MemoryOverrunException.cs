namespace GraphForge.Runtime;

/// <summary>
/// A kernel of a program with <see cref="CompiledProgram.Poison"/> wrote outside the memory it was given. Results and
/// process are not to be trusted any more.
/// </summary>
public sealed class MemoryOverrunException(string message) : Exception(message);
