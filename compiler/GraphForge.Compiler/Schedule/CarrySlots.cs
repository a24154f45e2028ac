using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// Where a carry stands before and after an iteration. The two are seen as buffers of their own, since no kernel writes an element
/// of one that it, or another, has yet to read from the other; both are slots of <paramref name="Whole"/>.
/// </summary>
/// <param name="Whole">All slots.</param>
/// <param name="Old">The buffer as the iteration reads it.</param>
/// <param name="Next">The buffer as the iteration writes it.</param>
/// <param name="OldStart">Linear index of the carry before the iteration.</param>
/// <param name="NextStart">Linear index of the carry after it.</param>
/// <param name="InitialStart">Linear index of the carry before the first iteration.</param>
public sealed record CarrySlots(
    LoopBuffer Whole, LoopBuffer Old, LoopBuffer Next, IndexExpr OldStart, IndexExpr NextStart, IndexExpr InitialStart)
{
    /// <summary>A slot for every state: <paramref name="element"/> is the element the iteration reads, going either way.</summary>
    public static CarrySlots AllStates(LoopBuffer whole, long size, IndexExpr element, long length, bool reverse)
    {
        var (low, high) = (element * size, (element + 1) * size);
        return Of(whole, reverse ? high : low, reverse ? low : high, reverse ? length * size : 0);
    }

    /// <summary>Two slots, used in turn.</summary>
    public static CarrySlots InTurn(LoopBuffer whole, long size, LoopVar counter)
    {
        var iteration = (IndexExpr)counter;
        return Of(whole, iteration % 2 * size, (iteration + 1) % 2 * size, 0);
    }

    /// <summary>One slot: each element is overwritten by the kernel that reads it, or by one after it.</summary>
    public static CarrySlots InPlace(LoopBuffer whole) => Of(whole, 0, 0, 0);

    private static CarrySlots Of(LoopBuffer whole, IndexExpr old, IndexExpr next, IndexExpr initial) => new(
        whole, new LoopBuffer(whole.Name, whole.Type, whole.Count), new LoopBuffer($"{whole.Name}_next", whole.Type, whole.Count),
        old, next, initial);
}
