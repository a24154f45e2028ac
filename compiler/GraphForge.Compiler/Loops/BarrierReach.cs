namespace GraphForge.Compiler.Loops;

/// <summary>
/// Whether all threads of a group reach the same barriers and exchanges: none stands under a condition, or in a loop with a limit, that may
/// differ between threads. What is read from memory or a register counts as different.
/// </summary>
internal static class BarrierReach
{
    /// <summary>What is wrong; null where nothing is.</summary>
    public static string? Problem(LoopKernel kernel) => Problem(kernel.Group!.Body, kernel.Group.Variable);

    private static string? Problem(Statement statement, LoopVar thread)
    {
        switch (statement)
        {
            case Block block:
                return block.Statements.Select(s => Problem(s, thread)).FirstOrDefault(p => p is not null);
            case If condition when Varies(condition.Condition, thread):
                return IsMeeting(condition.Body) ? $"a barrier under {condition.Condition}, which not all threads may meet" : null;
            case If condition:
                return Problem(condition.Body, thread);
            case For { Limit: { } limit } loop when Varies(limit, thread):
                if (IsMeeting(loop.Body)) return $"a barrier in loop {loop.Variable} < {limit}, which threads may leave one after another";
                return null;
            case For loop:
                return Problem(loop.Body, thread);
            default:
                return null;
        }
    }

    /// <summary>Whether threads meet in a statement.</summary>
    public static bool IsMeeting(Statement statement) => StatementWalk.All(statement).Any(s => s is GroupBarrier or WarpExchange or WarpMultiply);

    private static bool Varies(IndexExpr index, LoopVar thread) => index.Variables.Any(v => v == thread) || Loads.Of(index).Any();

    private static bool Varies(Expr value, LoopVar thread) => value.Variables.Contains(thread) || Loads.Of(value).Any();
}
