using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops;

/// <summary>
/// Turns reductions inside expressions into loops over registers: each is given a register, initialised, accumulated in a
/// serial loop nest, and read where the expression stood. With a lane variable, registers hold one value a lane.
/// </summary>
/// <param name="lane">The lane variable of the vector loop the expressions stand in, if any.</param>
/// <param name="lanes">Elements a vector register holds.</param>
public sealed class ReductionLoops(LoopVar? lane, int lanes)
{
    private readonly Dictionary<ReduceExpr, Expr> _registers = [];

    /// <summary>Appends the loops an expression needs to <paramref name="before"/> and returns the expression without reductions.</summary>
    public Expr Replace(Expr expr, List<Statement> before) => Replace(expr, before, []);

    private Expr Replace(Expr expr, List<Statement> before, Dictionary<Expr, Expr> memo)
    {
        if (memo.TryGetValue(expr, out var done)) return done;
        if (expr is ReduceExpr reduce) return memo[expr] = LoopFor(reduce, before);
        if (expr is ConvertExpr convert && LaneAnalysis.IsNarrowPosition(convert) && lane is not null && LaneAnalysis.Varies(expr, lane))
            return memo[expr] = new ConvertExpr(convert.Type, PositionLoop((ReduceExpr)convert.Operand, before, DType.Int32));
        return memo[expr] = expr.MapOperands(o => Replace(o, before, memo));
    }

    private Expr LoopFor(ReduceExpr reduce, List<Statement> before)
    {
        if (_registers.TryGetValue(reduce, out var known)) return known;
        if (reduce.IsArg) return _registers[reduce] = PositionLoop(reduce, before, DType.Int64);
        var inner = new List<Statement>();
        var body = Replace(reduce.Body, inner, []);
        var isVector = lane is not null && LaneAnalysis.Varies(reduce, lane);
        var register = Register(isVector, reduce.Function.ToString().ToLowerInvariant(), reduce.Body.Type);
        Start(register, isVector, Reduction.Neutral(reduce.Function, register.Type), before);
        var result = new LoadExpr(register, At(isVector));
        before.Add(SumRuns.IsLong(reduce)
            ? InRuns(SumRuns.Split(reduce.ReducedVariables), reduce, body, inner, result)
            : For.Nest(reduce.ReducedVariables, new Block([.. inner, new Store(register, At(isVector), body, reduce.Function)])));
        return _registers[reduce] = result;
    }

    /// <summary>The loop of an arg reduction; positions are kept as <paramref name="type"/>, int32 in lanes.</summary>
    private LoadExpr PositionLoop(ReduceExpr reduce, List<Statement> before, DType type)
    {
        var inner = new List<Statement>();
        var body = Replace(reduce.Body, inner, []);
        var isVector = type == DType.Int32;
        var best = Register(isVector, "best", reduce.Body.Type);
        var position = Register(isVector, "position", type);
        Start(best, isVector, Reduction.Neutral(reduce.Function, best.Type), before);
        Start(position, isVector, Scalar.Of(type, 0L), before);
        var current = new LoadExpr(best, At(isVector));
        var better = Reduction.Beats(reduce.Function, body, current);
        var here = new IndexValueExpr(LoopIndices.Linear(reduce.ReducedVariables), type);
        var found = new LoadExpr(position, At(isVector));
        inner.Add(new Store(position, At(isVector), new SelectExpr(better, here, found)));
        inner.Add(new Store(best, At(isVector), new SelectExpr(better, body, current)));
        before.Add(For.Nest(reduce.ReducedVariables, new Block(inner)));
        return found;
    }

    private void Start(LoopBuffer register, bool isVector, Scalar value, List<Statement> before)
    {
        before.Add(new Allocate(register, BufferPlace.Register, isVector));
        before.Add(new Store(register, At(isVector), new ConstantExpr(value)));
    }

    private IndexExpr At(bool isVector) => isVector ? (IndexExpr)lane! : 0;

    /// <summary>The loops of a sum, with a register for each run.</summary>
    private Statement InRuns(SumRuns runs, ReduceExpr reduce, Expr body, IReadOnlyList<Statement> inner, LoadExpr total)
    {
        var isVector = total.Buffer.Count > 1;
        var run = Register(isVector, "run", reduce.Body.Type);
        var statements = new List<Statement>();
        Start(run, isVector, Reduction.Neutral(reduce.Function, run.Type), statements);
        statements.Add(runs.Loops(new Block([.. inner, new Store(run, total.Index, body, reduce.Function)])));
        statements.Add(new Store(total.Buffer, total.Index, new LoadExpr(run, total.Index), reduce.Function));
        return For.Nest(runs.Outer, new Block(statements));
    }

    private LoopBuffer Register(bool isVector, string name, DType type) => new(name, type, isVector ? lanes : 1);
}
