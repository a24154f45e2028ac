using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// The reductions of one pass over a row: each thread combines its columns in a register, then the threads of the row combine these
/// with each other. The order is fixed by the shape of the pass.
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
        new ThreadCombination(layout.Threads, shared, _partial, [.. pass.Reductions.Select(r => r.Function)]).AppendTo(values.Statements);
        foreach (var (reduce, result) in pass.Reductions.Zip(_partial)) values.SetResult(reduce, new LoadExpr(result, 0));
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
}
