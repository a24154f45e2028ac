using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// A stretch of a contraction's sum: all of it, or so much of the outermost summed variable that packed operands stay in the
/// cache while they are swept.
/// </summary>
internal sealed class SummedBlock
{
    private readonly IndexExpr? _limit;
    private readonly Expr? _guard;
    private readonly long _cutExtent;

    /// <param name="shape">The contraction.</param>
    /// <param name="blocking">How it is cut.</param>
    /// <param name="batch">Values of the batch variables.</param>
    public SummedBlock(ContractionShape shape, ContractionBlocking blocking, IReadOnlyDictionary<LoopVar, IndexExpr> batch)
    {
        _guard = shape.Guard?.Substitute(batch);
        var cut = shape.Summed[0];
        _cutExtent = cut.Extent;
        var count = CeilingDivide(cut.Extent, blocking.SumStep);
        if (count == 1)
        {
            Variables = shape.Summed;
            return;
        }
        Number = new LoopVar("stretch", count);
        var within = new LoopVar(cut.Name, blocking.SumStep);
        var start = (IndexExpr)Number * blocking.SumStep;
        Variables = [within, .. shape.Summed.Skip(1)];
        Values = new Dictionary<LoopVar, IndexExpr> { [cut] = start + within };
        _guard = _guard?.Substitute(Values);
        if (cut.Extent % blocking.SumStep != 0) _limit = cut.Extent - start;
    }

    /// <summary>Which stretch; null where there is one.</summary>
    public LoopVar? Number { get; }

    /// <summary>Summed variables within the stretch, outermost first.</summary>
    public IReadOnlyList<LoopVar> Variables { get; }

    /// <summary>What the contraction's summed variables are.</summary>
    public IReadOnlyDictionary<LoopVar, IndexExpr> Values { get; } = new Dictionary<LoopVar, IndexExpr>();

    public long Extent => Variables.Aggregate(1L, (p, v) => p * v.Extent);

    /// <summary>Number of a summed element within the stretch.</summary>
    public IndexExpr Linear => LoopIndices.Linear(Variables);

    /// <summary>Elements of a variable from the start of the stretch on: where it is cut, in all stretches from this one to the last.</summary>
    public IndexExpr ExtentOf(LoopVar variable) => variable == Variables[0] && _limit is not null ? _limit : variable.Extent;

    /// <summary>
    /// A loop over whole vectors along the innermost variable, and the rest behind them. <paramref name="body"/> is given the number
    /// of the vector and of its elements.
    /// </summary>
    public Statement EachVector(int lanes, Func<IndexExpr, long, Statement> body)
    {
        var isCut = Variables.Count == 1 && Number is not null;
        var rest = (isCut ? _cutExtent : Variables[^1].Extent) % lanes;
        var step = new LoopVar("v", Variables[^1].Extent / lanes);
        var statements = new List<Statement>();
        if (step.Extent > 0) statements.Add(new For(step, LoopKind.Serial, body(step, lanes), isCut && _limit is not null ? _limit / lanes : null));
        if (rest > 0)
        {
            var last = body(ExtentOf(Variables[^1]) / lanes, rest);
            statements.Add(isCut ? new If(InBoundsExpr.Of(Number!, Number!.Extent - 1, Number.Extent), last) : last);
        }
        return Block.Of(statements);
    }

    /// <summary>Loops over the variables but some, which the guard does not depend on, around a body.</summary>
    public Statement Without(IReadOnlyCollection<LoopVar> others, Statement body, string note)
    {
        LoopVar[] variables = [.. Variables.Except(others)];
        var tested = _guard is null ? -1 : Array.FindLastIndex(variables, _guard.Variables.Contains);
        for (var i = variables.Length - 1; i >= 0; i--)
        {
            var variable = variables[i];
            if (i == tested) body = new If(_guard!, body);
            var unroll = others.Count == 0 && i == variables.Length - 1 && i > 0 && variable.Extent <= 4;
            var limit = variable == Variables[0] ? _limit : null;
            body = new For(variable, unroll ? LoopKind.Unrolled : LoopKind.Serial, body, limit, i == 0 ? note : "");
        }
        return _guard is not null && tested < 0 ? new If(_guard, body) : body;
    }

    /// <summary>Loops over all variables.</summary>
    public Statement Each(Statement body, string note) => Without([], body, note);

    /// <summary>Runs <paramref name="body"/> for every stretch.</summary>
    public Statement Stretches(Statement body) => Number is null ? body : new For(Number, LoopKind.Serial, body, note: "Stretches of the sum, one after the other.");
}
