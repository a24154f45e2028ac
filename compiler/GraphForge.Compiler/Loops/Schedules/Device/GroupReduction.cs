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
        values.Statements.Add(layout.EachColumn(pass.Axes, at => Add(_partial, at), new RegisterRuns(_partial, [.. pass.Reductions.Select(r => r.Function)]).Steps));
        new ThreadCombination(layout.Threads, shared, _partial, [.. pass.Reductions.Select(r => r.Function)]).AppendTo(values.Statements);
        foreach (var (reduce, result) in pass.Reductions.Zip(_partial)) values.SetResult(reduce, new LoadExpr(result, 0));
    }

    private ConstantExpr Neutral(int i) => new(Reduction.Neutral(pass.Reductions[i].Function, _partial[i].Type));

    private Block Add(LoopBuffer[] registers, IReadOnlyDictionary<LoopVar, IndexExpr> at) => Block.Of(registers.Select((r, i) =>
        new Store(r, 0, pass.Bodies[i].Substitute(at), pass.Reductions[i].Function)));
}
