namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>Vectorise with tail: whole vectors in a loop, what is left in one masked vector.</summary>
public static class VectorLoop
{
    /// <param name="axis">The variable whose values become lanes.</param>
    /// <param name="lanes">Elements of a register; 1 gives a plain serial loop.</param>
    /// <param name="body">Makes the body for a lane variable (null when scalar) and the value of <paramref name="axis"/> to substitute.</param>
    public static Statement Build(
        LoopVar axis, int lanes, Func<LoopVar?, IReadOnlyDictionary<LoopVar, IndexExpr>, Statement> body)
    {
        if (lanes == 1) return new For(axis, LoopKind.Serial, body(null, new Dictionary<LoopVar, IndexExpr>()));
        var (whole, rest) = Math.DivRem(axis.Extent, lanes);
        var statements = new List<Statement>();
        if (whole > 0)
        {
            var step = new LoopVar($"{axis.Name}v", whole);
            var lane = new LoopVar("lane", lanes, isLane: true);
            var vector = new For(lane, LoopKind.Vector, body(lane, At((IndexExpr)step * lanes + lane)));
            statements.Add(whole == 1 ? vector : new For(step, LoopKind.Serial, vector));
        }
        if (rest > 0)
        {
            var lane = new LoopVar("lane", rest, isLane: true);
            statements.Add(new For(lane, LoopKind.Vector, body(lane, At((IndexExpr)lane + whole * lanes))));
        }
        return Block.Of(statements);

        Dictionary<LoopVar, IndexExpr> At(IndexExpr value) => new() { [axis] = value };
    }
}
