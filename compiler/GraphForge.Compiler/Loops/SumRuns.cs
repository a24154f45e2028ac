using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops;

/// <summary>
/// How a long float sum is cut into runs, each summed in a register of its own. Rounding errors grow with the number of
/// additions into one register, so that n elements err like n / Length + Length additions and not like n.
/// </summary>
public sealed class SumRuns
{
    /// <summary>Most additions in a run.</summary>
    private const long Length = 64;

    private readonly IReadOnlyList<LoopVar> _whole;
    private readonly LoopVar _cut;
    private readonly LoopVar? _chunk;
    private readonly long _step;

    private SumRuns(IReadOnlyList<LoopVar> variables, int first, long step)
    {
        (_whole, _cut, _step) = ([.. variables.Skip(first)], variables[first - 1], step);
        _chunk = step == 1 ? null : new LoopVar($"{_cut.Name}run", (_cut.Extent + step - 1) / step);
        Outer = [.. variables.Take(first - 1), _chunk ?? _cut];
    }

    /// <summary>The loops around a run, outermost first.</summary>
    public IReadOnlyList<LoopVar> Outer { get; }

    public static bool IsLong(ReduceExpr reduce) => reduce.Function == ReduceFunction.Sum && reduce.Body.Type.IsFloat() &&
        reduce.ReducedVariables.Aggregate(1L, (count, v) => count * v.Extent) > 2 * Length;

    /// <summary>A run is as many of the innermost variables as fit into it, and a stretch of the next one.</summary>
    public static SumRuns Split(IReadOnlyList<LoopVar> variables)
    {
        var (count, first) = (1L, variables.Count);
        while (count * variables[first - 1].Extent <= Length) count *= variables[--first].Extent;
        return new SumRuns(variables, first, Length / count);
    }

    /// <summary>The loops of one run around <paramref name="body"/>.</summary>
    public Statement Loops(Statement body)
    {
        var whole = _whole.Reverse().Aggregate(body, (inner, v) => new For(v, LoopKind.Serial, inner));
        if (_chunk is null) return whole;
        var (start, within) = ((IndexExpr)_chunk * _step, new LoopVar(_cut.Name, _step));
        var stretch = StatementWalk.Substitute(whole, new Dictionary<LoopVar, IndexExpr> { [_cut] = start + within });
        return new For(within, LoopKind.Serial, stretch, _cut.Extent % _step == 0 ? null : (IndexExpr)_cut.Extent - start);
    }
}
