using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// The reductions of one pass over a row: each thread combines its columns in a register, then the threads of the row combine these
/// by exchange within warps or, where there is none, in shared memory, halving their number until one value is left. The order is
/// fixed by the shape of the pass.
/// </summary>
/// <param name="pass">What is reduced.</param>
/// <param name="layout">Who reduces it.</param>
/// <param name="shared">Memory of the group.</param>
internal sealed class GroupReduction(RowPass pass, RowLayout layout, SharedMemory shared)
{
    /// <summary>Most additions into one register before another one begins, see <see cref="SumRuns"/>.</summary>
    private const long RunLength = 64;

    private readonly LoopBuffer[] _partial = [.. pass.Reductions.Select(r => new LoopBuffer(RowValues.NameOf(r), r.Body.Type, 1))];

    public void AppendTo(RowValues values)
    {
        if (pass.Reductions[0].IsArg)
        {
            foreach (var (reduce, body) in pass.Reductions.Zip(pass.Bodies)) values.SetResult(reduce, new GroupPosition(reduce, body, pass.Axes, layout, shared).Find(values.Statements));
            return;
        }
        foreach (var i in Enumerable.Range(0, _partial.Length))
        {
            values.Statements.Add(new Allocate(_partial[i], BufferPlace.Register));
            values.Statements.Add(new Store(_partial[i], 0, Neutral(i)));
        }
        values.Statements.Add(layout.EachColumn(pass.Axes, at => Add(_partial, at), Steps));
        var results = Combine(values.Statements);
        foreach (var (reduce, result) in pass.Reductions.Zip(results)) values.SetResult(reduce, result);
    }

    private ConstantExpr Neutral(int i) => new(Reduction.Neutral(pass.Reductions[i].Function, _partial[i].Type));

    private Block Add(LoopBuffer[] registers, IReadOnlyDictionary<LoopVar, IndexExpr> at) => Block.Of(registers.Select((r, i) =>
        new Store(r, 0, pass.Bodies[i].Substitute(at), pass.Reductions[i].Function)));

    /// <summary>A long sum is one of runs, each in a register of its own; <paramref name="step"/> adds to the totals.</summary>
    private Statement Steps(long count, Func<IndexExpr, Statement> step)
    {
        var isLong = count > 2 * RunLength && pass.Reductions.Any(r => r.Function == ReduceFunction.Sum && r.Type.IsFloat());
        if (!isLong) return RowLayout.Steps(count, step);
        var (run, within) = (new LoopVar("run", IntegerArithmetic.CeilingDivide(count, RunLength)), new LoopVar("step", RunLength));
        var registers = _partial.Select(p => new LoopBuffer("run", p.Type, 1)).ToArray();
        var body = step((IndexExpr)run * RunLength + within);
        return new For(run, LoopKind.Serial, Block.Of([
            .. registers.SelectMany((r, i) => new Statement[] { new Allocate(r, BufferPlace.Register), new Store(r, 0, Neutral(i)) }),
            new For(within, LoopKind.Serial, Redirect(body, registers), count % RunLength == 0 ? null : count - (IndexExpr)run * RunLength),
            .. registers.Select((r, i) => new Store(_partial[i], 0, new LoadExpr(r, 0), pass.Reductions[i].Function))]));
    }

    private Block Redirect(Statement body, LoopBuffer[] registers) => Block.Of(Block.Of(body).Statements.Select(s =>
        s is Store store && Array.IndexOf(_partial, store.Buffer) is var i and >= 0 ? new Store(registers[i], store.Index, store.Value, store.Accumulate) : s));

    /// <summary>Combines the threads of a row; returns what every one of them finds in the end.</summary>
    private Expr[] Combine(List<Statement> statements)
    {
        if (layout.ThreadsPerRow > 1 && !WarpCombination.Fits(layout, _partial)) return Halve(statements);
        if (layout.ThreadsPerRow > 1) new WarpCombination(layout, shared, _partial).AppendTo(statements, Combined);
        return [.. _partial.Select(p => new LoadExpr(p, 0))];
    }

    private Block Combined(LoopBuffer[] others, Expr isLater) => Block.Of(_partial.Zip(others, pass.Reductions).Select(p =>
    {
        var (mine, other, combine) = (new LoadExpr(p.First, 0), new LoadExpr(p.Second, 0), Reduction.Combine(p.Third.Function));
        // Of zeros that differ in sign an extreme is the one or the other: with one order for both, two threads get the same.
        return combine is BinaryFunction.Add or BinaryFunction.Multiply ? new Store(p.First, 0, other, p.Third.Function)
            : new Store(p.First, 0, new BinaryExpr(combine, new SelectExpr(isLater, other, mine), new SelectExpr(isLater, mine, other)));
    }));

    private Expr[] Halve(List<Statement> statements)
    {
        var places = shared.Take(_partial.Select(p => p.Type), layout.Loop.Thread.Extent, statements);
        IndexExpr thread = layout.Loop.Thread;
        statements.AddRange(places.Zip(_partial, (place, partial) => new Store(place, thread, new LoadExpr(partial, 0))));
        statements.Add(new GroupBarrier());
        for (var half = layout.ThreadsPerRow / 2; half > 0; half /= 2)
        {
            statements.Add(GroupLoop.Below(layout.Thread, half, Block.Of(places.Select((place, i) =>
                new Store(place, thread, new LoadExpr(place, thread + half), pass.Reductions[i].Function)))));
            statements.Add(new GroupBarrier());
        }
        return [.. places.Select(place => new LoadExpr(place, layout.FirstThread))];
    }
}
