using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Emit;

/// <summary>
/// An index whose dependence on the lane is the same in every iteration: base + offset[lane]. Strided and repeating reads
/// (windows, upsampling) have this form; they become whole loads and a constant shuffle.
/// </summary>
/// <param name="Base">The index at the lowest offset; free of the lane.</param>
/// <param name="Offsets">One offset a lane, the lowest 0.</param>
internal sealed record LanePattern(IndexExpr Base, IReadOnlyList<long> Offsets)
{
    public long Span => Offsets.Max() + 1;

    /// <summary>Null where the lane meets other variables inside a division or a data read.</summary>
    public static LanePattern? Of(IndexExpr index, LoopVar lane)
    {
        var onLane = IndexExpr.Zero;
        foreach (var (atom, coefficient) in index.Terms)
        {
            var term = (IndexExpr)atom * coefficient;
            if (!term.Variables.Contains(lane)) continue;
            if (term.Variables.Any(v => v != lane) || Loads.Of(term).Any()) return null;
            onLane += term;
        }
        var values = Enumerable.Range(0, (int)lane.Extent)
            .Select(i => onLane.Substitute(new Dictionary<LoopVar, IndexExpr> { [lane] = i }).Constant).ToArray();
        var lowest = values.Min();
        return new LanePattern(index - onLane + lowest, values.Select(v => v - lowest).ToArray());
    }
}
