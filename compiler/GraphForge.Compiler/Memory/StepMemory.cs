namespace GraphForge.Compiler.Memory;

/// <summary>A moment of a run. A loop with all its iterations is one step.</summary>
/// <param name="Name">Name of the step.</param>
/// <param name="LiveBytes">Bytes of the arena that hold a value while it runs, each rounded up to its alignment.</param>
public readonly record struct StepMemory(string Name, long LiveBytes);
