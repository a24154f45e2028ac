using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// Threads combine what each has in registers, so that in the end all have the same. Those of a warp exchange registers, in each step
/// with a thread whose number differs in one bit; where there are several warps, one value of each goes through shared memory and is
/// combined likewise. Without exchange all goes through shared memory, the number of values halving step by step. The order is fixed
/// by the number of threads. All threads of the group take part.
/// </summary>
/// <param name="threads">The threads.</param>
/// <param name="shared">Memory of the group.</param>
/// <param name="registers">What each thread has.</param>
/// <param name="functions">How each is combined.</param>
internal sealed class ThreadCombination(RowThreads threads, SharedMemory shared, LoopBuffer[] registers, ReduceFunction[] functions)
{
    public void AppendTo(List<Statement> statements)
    {
        if (threads.PerRow == 1) return;
        if (WarpCombination.Fits(threads, registers)) new WarpCombination(threads, shared, registers).AppendTo(statements, Combined);
        else statements.Add(new Block(Halve()));
    }

    private Block Combined(LoopBuffer[] others, Expr isLater) => Block.Of(Enumerable.Range(0, registers.Length).Select(i =>
    {
        var (mine, other, combine) = (new LoadExpr(registers[i], 0), new LoadExpr(others[i], 0), Reduction.Combine(functions[i]));
        // Of zeros that differ in sign an extreme is the one or the other: with one order for both, two threads get the same.
        return combine is BinaryFunction.Add or BinaryFunction.Multiply ? new Store(registers[i], 0, other, functions[i])
            : new Store(registers[i], 0, new BinaryExpr(combine, new SelectExpr(isLater, other, mine), new SelectExpr(isLater, mine, other)));
    }));

    private List<Statement> Halve()
    {
        var statements = new List<Statement>();
        var places = shared.Take(registers.Select(p => p.Type), threads.Thread.Extent, statements);
        IndexExpr thread = threads.Thread;
        statements.AddRange(places.Zip(registers, (place, register) => new Store(place, thread, new LoadExpr(register, 0))));
        statements.Add(new GroupBarrier());
        for (var half = threads.PerRow / 2; half > 0; half /= 2)
        {
            statements.Add(GroupLoop.Below(threads.Number, half, Block.Of(places.Select((place, i) =>
                new Store(place, thread, new LoadExpr(place, thread + half), functions[i])))));
            statements.Add(new GroupBarrier());
        }
        statements.AddRange(registers.Zip(places, (register, place) => new Store(register, 0, new LoadExpr(place, threads.First))));
        return statements;
    }
}
