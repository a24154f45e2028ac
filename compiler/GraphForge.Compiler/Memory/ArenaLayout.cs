namespace GraphForge.Compiler.Memory;

/// <summary>Where each value stands in the arena.</summary>
/// <param name="Offsets">Byte offset of each value, a multiple of <see cref="Runtime.ExecutionPlan.Alignment"/>.</param>
/// <param name="ArenaBytes">Size of the arena.</param>
/// <param name="LowerBound">Largest sum of simultaneously live bytes: no layout of this order is smaller.</param>
/// <param name="InPlace">Pairs of a written value and the read value whose bytes it takes over.</param>
public sealed record ArenaLayout(
    IReadOnlyList<long> Offsets, long ArenaBytes, long LowerBound, IReadOnlyList<(int Write, int Read)> InPlace);
