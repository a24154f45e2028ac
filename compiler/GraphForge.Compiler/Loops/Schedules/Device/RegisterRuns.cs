using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>Steps of a thread that add to registers, long sums of floats in runs, as <see cref="SumRuns"/> does on the CPU.</summary>
/// <param name="totals">The registers.</param>
/// <param name="functions">How each is combined.</param>
internal sealed class RegisterRuns(LoopBuffer[] totals, ReduceFunction[] functions)
{
    /// <summary>Most additions into one register before another one begins.</summary>
    private const long Length = 64;

    /// <summary>A long sum is one of runs, each in a register of its own; <paramref name="step"/> adds to the totals.</summary>
    public Statement Steps(long count, Func<IndexExpr, Statement> step)
    {
        var isLong = count > 2 * Length && totals.Zip(functions).Any(r => r.Second == ReduceFunction.Sum && r.First.Type.IsFloat());
        if (!isLong) return RowLayout.Steps(count, step);
        var (run, within) = (new LoopVar("run", IntegerArithmetic.CeilingDivide(count, Length)), new LoopVar("step", Length));
        var registers = totals.Select(p => new LoopBuffer("run", p.Type, 1)).ToArray();
        var body = step((IndexExpr)run * Length + within);
        return new For(run, LoopKind.Serial, Block.Of([
            .. registers.SelectMany((r, i) => new Statement[] { new Allocate(r, BufferPlace.Register), new Store(r, 0, new ConstantExpr(Reduction.Neutral(functions[i], r.Type))) }),
            new For(within, LoopKind.Serial, Redirect(body, registers), count % Length == 0 ? null : count - (IndexExpr)run * Length),
            .. registers.Select((r, i) => new Store(totals[i], 0, new LoadExpr(r, 0), functions[i]))]));
    }

    private Block Redirect(Statement body, LoopBuffer[] registers) => Block.Of(Block.Of(body).Statements.Select(s =>
        s is Store store && Array.IndexOf(totals, store.Buffer) is var i and >= 0 ? new Store(registers[i], store.Index, store.Value, store.Accumulate) : s));
}
