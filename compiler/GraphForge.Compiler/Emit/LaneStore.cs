using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Emit;

/// <summary>A store and the lane variable of the vector loop it stands in.</summary>
/// <param name="Store">The store.</param>
/// <param name="Lane">Its lane variable; null for a scalar store.</param>
/// <param name="Unit">Stores of one vector or element share a number.</param>
internal sealed record LaneStore(Store Store, LoopVar? Lane, int Unit);
