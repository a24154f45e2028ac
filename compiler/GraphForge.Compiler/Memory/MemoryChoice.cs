using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Memory;

/// <summary>What was given up to save bytes.</summary>
/// <param name="Kind">How.</param>
/// <param name="Name">The tensor that is not kept, or the extent that is split.</param>
/// <param name="Source">The user's line behind it.</param>
/// <param name="BytesSaved">By how much the planned peak fell.</param>
/// <param name="ModelledMilliseconds">Time the model of the processor expects it to add to a run.</param>
public readonly record struct MemoryChoice(
    MemoryChoiceKind Kind, string Name, SourceLocation Source, long BytesSaved, double ModelledMilliseconds);
