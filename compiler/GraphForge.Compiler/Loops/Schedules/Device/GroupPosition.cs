using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// The position of the first extreme of a row: each thread finds that of its columns, which it takes in ascending order; then the
/// threads compare theirs by exchange or in shared memory, where of equal values the lower position wins.
/// </summary>
internal sealed class GroupPosition(ReduceExpr reduce, Expr body, IReadOnlyList<LoopVar> axes, RowLayout layout, SharedMemory shared)
{
    private readonly LoopBuffer _best = new("best", reduce.Body.Type, 1), _position = new("position", DType.Int64, 1), _isBetter = new("isBetter", DType.Bool, 1);

    /// <summary>Appends the search to <paramref name="statements"/>; returns the position, as every thread sees it.</summary>
    public Expr Find(List<Statement> statements)
    {
        statements.AddRange(new[] { _best, _position, _isBetter }.Select(r => new Allocate(r, BufferPlace.Register)));
        statements.Add(new Store(_best, 0, new ConstantExpr(Reduction.Neutral(reduce.Function, _best.Type))));
        // Its first column, should none be better than the neutral value; beyond the row it loses to all that are in it.
        statements.Add(new Store(_position, 0, new IndexValueExpr(layout.Thread, DType.Int64)));
        var (best, position, isBetter) = (new LoadExpr(_best, 0), new LoadExpr(_position, 0), new LoadExpr(_isBetter, 0));
        statements.Add(layout.EachColumn(axes, at =>
        {
            var (value, here) = (body.Substitute(at), new IndexValueExpr(LoopIndices.Linear(axes).Substitute(at), DType.Int64));
            return Block.Of(
                new Store(_isBetter, 0, Reduction.Beats(reduce.Function, value, best)),
                new Store(_position, 0, new SelectExpr(isBetter, here, position)),
                new Store(_best, 0, new SelectExpr(isBetter, value, best)));
        }));
        if (layout.ThreadsPerRow > 1 && !WarpCombination.Fits(layout.Threads, [_best, _position])) return Compare(statements, best, position);
        if (layout.ThreadsPerRow > 1) new WarpCombination(layout.Threads, shared, [_best, _position]).AppendTo(statements, (others, _) =>
        {
            var (other, there) = (new LoadExpr(others[0], 0), new LoadExpr(others[1], 0));
            return Block.Of(
                new Store(_isBetter, 0, Wins(best, position, other, there)),
                new Store(_position, 0, new SelectExpr(isBetter, there, position)),
                new Store(_best, 0, new SelectExpr(isBetter, other, best)));
        });
        return position;
    }

    /// <summary>Whether another value, there, is to be taken for one's own, here.</summary>
    private BinaryExpr Wins(Expr mine, Expr here, Expr other, Expr there)
    {
        var isFirst = new BinaryExpr(BinaryFunction.And,
            new UnaryExpr(UnaryFunction.Not, Reduction.Beats(reduce.Function, mine, other)), new BinaryExpr(BinaryFunction.Less, there, here));
        return new BinaryExpr(BinaryFunction.Or, Reduction.Beats(reduce.Function, other, mine), isFirst);
    }

    private LoadExpr Compare(List<Statement> statements, Expr best, Expr position)
    {
        IndexExpr thread = layout.Loop.Thread;
        var isBetter = new LoadExpr(_isBetter, 0);
        if (shared.Take([_best.Type, DType.Int64], layout.Loop.Thread.Extent, statements) is not [var values, var positions]) throw new InternalCompilerException("schedule", "two buffers were asked for");
        statements.Add(new Store(values, thread, best));
        statements.Add(new Store(positions, thread, position));
        statements.Add(new GroupBarrier());
        for (var half = layout.ThreadsPerRow / 2; half > 0; half /= 2)
        {
            var (mine, other) = (new LoadExpr(values, thread), new LoadExpr(values, thread + half));
            var (here, there) = (new LoadExpr(positions, thread), new LoadExpr(positions, thread + half));
            statements.Add(GroupLoop.Below(layout.Thread, half, Block.Of(
                new Store(_isBetter, 0, Wins(mine, here, other, there)),
                new If(isBetter, Block.Of(new Store(values, thread, other), new Store(positions, thread, there))))));
            statements.Add(new GroupBarrier());
        }
        return new LoadExpr(positions, layout.Threads.First);
    }
}
