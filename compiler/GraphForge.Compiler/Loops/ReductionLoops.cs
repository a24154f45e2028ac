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
            inner.Add(new Store(register, index, body, reduce.Function));
            before.Add(Nest(reduce.ReducedVariables, inner));
            return _registers[reduce] = new LoadExpr(register, index);
        }
        var position = Register(false, "position", DType.Int64);
        before.Add(new Allocate(position, BufferPlace.Register));
        before.Add(new Store(position, 0, new ConstantExpr(Scalar.Of(DType.Int64, 0L))));
        inner.AddRange(Reduction.ArgStep(reduce, body, register, position));
        before.Add(Nest(reduce.ReducedVariables, inner));
        return _registers[reduce] = new LoadExpr(position, 0);
    }

    private LoopBuffer Register(bool isVector, string name, DType type) => new(name, type, isVector ? lanes : 1);

    private static Statement Nest(IReadOnlyList<LoopVar> variables, IReadOnlyList<Statement> body) =>
        variables.Reverse().Aggregate((Statement)new Block(body), (inner, v) => new For(v, LoopKind.Serial, inner));
}
