namespace GraphForge.Compiler.Loops.Schedules.Winograd;

/// <summary>Whole vectors of an axis in a loop, then what is left; the body makes its own vector loops.</summary>
internal static class VectorRuns
{
    /// <param name="extent">Elements.</param>
    /// <param name="lanes">Elements of a register.</param>
    /// <param name="body">Given the first element of a vector, and a lane variable as long as the vector.</param>
    public static Statement Each(long extent, int lanes, Func<IndexExpr, LoopVar, Statement> body)
    {
        var (whole, rest) = Math.DivRem(extent, lanes);
        var statements = new List<Statement>();
        if (whole == 1) statements.Add(body(0, new LoopVar("lane", lanes, isLane: true)));
        if (whole > 1)
        {
            var step = new LoopVar("v", whole);
            statements.Add(new For(step, LoopKind.Serial, body((IndexExpr)step * lanes, new LoopVar("lane", lanes, isLane: true))));
        }
        if (rest > 0) statements.Add(body(whole * lanes, new LoopVar("lane", rest, isLane: true)));
        return Block.Of(statements);
    }
}
