using GraphForge.Compiler.Memory;

namespace GraphForge;

/// <summary>One size that <see cref="Training.LargestBatch(long, IProgress{BatchTrial}?, CancellationToken)"/> tried.</summary>
/// <param name="Batch">The size.</param>
/// <param name="Memory">What it needs: within the budget where it fits, the least it can do with where not.</param>
/// <param name="Fits">Whether that is within the budget.</param>
public readonly record struct BatchTrial(long Batch, MemoryReport Memory, bool Fits);
