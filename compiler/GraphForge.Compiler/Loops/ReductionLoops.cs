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
    /// <summary>
    /// Longest chain of float additions into one register. Rounding errors grow with the length of a chain, so a longer sum is
    /// cut into runs with a register of their own, which are then added up.
    /// </summary>
    private const long SumRun = 64;

    private readonly Dictionary<ReduceExpr, Expr> _registers = [];

    /// <summary>Appends the loops an expression needs to <paramref name="before"/> and returns the expression without reductions.</summary>
    public Expr Replace(Expr expr, List<Statement> before) => Replace(expr, before, []);

    private Expr Replace(Expr expr, List<Statement> before, Dictionary<Expr, Expr> memo)
    {
        if (memo.TryGetValue(expr, out var done)) return done;
        if (expr is ReduceExpr reduce) return memo[expr] = LoopFor(reduce, before);
        if (expr.Operands.Count == 0) return memo[expr] = expr;
        var operands = expr.Operands.Select(o => Replace(o, before, memo)).ToArray();
        return memo[expr] = operands.SequenceEqual(expr.Operands, ReferenceEqualityComparer.Instance)
            ? expr
            : expr.WithOperands(operands);
    }

    private Expr LoopFor(ReduceExpr reduce, List<Statement> before)
    {
        if (_registers.TryGetValue(reduce, out var known)) return known;
        var inner = new List<Statement>();
        var body = Replace(reduce.Body, inner, []);
        var isVector = lane is not null && LaneAnalysis.Varies(reduce, lane);
        var register = Register(isVector, reduce.Function.ToString().ToLowerInvariant(), reduce.Body.Type);
        before.Add(new Allocate(register, BufferPlace.Register, isVector));
        var index = isVector ? (IndexExpr)lane! : 0;
        before.Add(new Store(register, index, new ConstantExpr(Reduction.Neutral(reduce.Function, register.Type))));
        if (!reduce.IsArg)
        {
            before.Add(IsLongSum(reduce)
                ? SumInRuns(reduce, body, inner, new LoadExpr(register, index))
                : Nest(reduce.ReducedVariables, [.. inner, new Store(register, index, body, reduce.Function)]));
            return _registers[reduce] = new LoadExpr(register, index);
        }
        var position = Register(false, "position", DType.Int64);
        before.Add(new Allocate(position, BufferPlace.Register));
        before.Add(new Store(position, 0, new ConstantExpr(Scalar.Of(DType.Int64, 0L))));
        inner.AddRange(Reduction.ArgStep(reduce, body, register, position));
        before.Add(Nest(reduce.ReducedVariables, inner));
        return _registers[reduce] = new LoadExpr(position, 0);
    }

    private static bool IsLongSum(ReduceExpr reduce) => reduce.Function == ReduceFunction.Sum && reduce.Body.Type.IsFloat() &&
        reduce.ReducedVariables.Aggregate(1L, (count, v) => count * v.Extent) > 2 * SumRun;

    /// <summary>The loop nest of a sum, with a register for each run of innermost iterations.</summary>
    /// <param name="reduce">The sum.</param>
    /// <param name="body">What is added, without reductions of its own.</param>
    /// <param name="inner">The loops the body needs.</param>
    /// <param name="total">The register that holds the sum in the end.</param>
    private Statement SumInRuns(ReduceExpr reduce, Expr body, IReadOnlyList<Statement> inner, LoadExpr total)
    {
        var isVector = lane is not null && total.Index.Variables.Contains(lane);
        var run = Register(isVector, "run", reduce.Body.Type);
        var add = new Block([.. inner, new Store(run, total.Index, body, reduce.Function)]);
        var (outer, within) = Runs(reduce.ReducedVariables, add);
        return Nest(outer,
        [
            new Allocate(run, BufferPlace.Register, isVector),
            new Store(run, total.Index, new ConstantExpr(Reduction.Neutral(reduce.Function, run.Type))),
            within,
            new Store(total.Buffer, total.Index, new LoadExpr(run, total.Index), reduce.Function),
        ]);
    }

    /// <summary>
    /// The variables outside a run, and the loops of one: as many of the innermost variables as fit into it, and a stretch of
    /// the next one.
    /// </summary>
    private static (IReadOnlyList<LoopVar> Outer, Statement Within) Runs(IReadOnlyList<LoopVar> variables, Statement body)
    {
        var (count, first) = (1L, variables.Count);
        while (count * variables[first - 1].Extent <= SumRun) count *= variables[--first].Extent;
        var (cut, length) = (variables[first - 1], SumRun / count);
        var whole = Nest([.. variables.Skip(first)], [body]);
        if (length == 1) return ([.. variables.Take(first)], whole);
        var chunk = new LoopVar($"{cut.Name}run", (cut.Extent + length - 1) / length);
        var step = new LoopVar(cut.Name, length);
        var stretch = StatementWalk.Substitute(
            whole, new Dictionary<LoopVar, IndexExpr> { [cut] = (IndexExpr)chunk * length + step });
        var limit = cut.Extent % length == 0 ? null : (IndexExpr)cut.Extent - (IndexExpr)chunk * length;
        return ([.. variables.Take(first - 1), chunk], new For(step, LoopKind.Serial, stretch, limit));
    }

    private LoopBuffer Register(bool isVector, string name, DType type) => new(name, type, isVector ? lanes : 1);

    private static Statement Nest(IReadOnlyList<LoopVar> variables, IReadOnlyList<Statement> body) =>
        variables.Reverse().Aggregate((Statement)new Block(body), (inner, v) => new For(v, LoopKind.Serial, inner));
}
