using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Memory;

/// <summary>What was given up to save bytes.</summary>
/// <param name="Kind">How.</param>
/// <param name="Name">What is not kept, or the extent that is split and into how many slices.</param>
/// <param name="Source">The user's line behind it.</param>
/// <param name="BytesSaved">Bytes of what is not kept, or by how much the split lowers the planned peak.</param>
/// <param name="ModelledMilliseconds">
/// Time that the model of the processor or the device expects it to add to a run; for what waits at the host, the time of its copies, which is
/// the most they add where they do not fit beside other steps.
/// </param>
public readonly record struct MemoryChoice(
    MemoryChoiceKind Kind, string Name, SourceLocation Source, long BytesSaved, double ModelledMilliseconds);
