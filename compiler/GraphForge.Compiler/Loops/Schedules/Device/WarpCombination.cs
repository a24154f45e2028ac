using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// Threads combine what each has in registers, by exchange within warps, see <see cref="ThreadCombination"/>.
/// </summary>
/// <param name="threads">The threads.</param>
/// <param name="shared">Memory of the group.</param>
/// <param name="registers">What each thread has, and in the end what all have.</param>
internal sealed class WarpCombination(RowThreads threads, SharedMemory shared, LoopBuffer[] registers)
{
    private readonly LoopBuffer[] _others = [.. registers.Select(r => new LoopBuffer($"{r.Name}Other", r.Type, 1))];

    /// <summary>Whether registers can be exchanged; and if a row has several warps, whether those fit into one.</summary>
    public static bool Fits(RowThreads threads, IEnumerable<LoopBuffer> registers) => threads.Exchanging is > 1 and var warp &&
        threads.PerRow <= warp * warp && registers.All(r => r.Type.Size() >= sizeof(int));

    /// <param name="statements">Are added to.</param>
    /// <param name="combine">Combines the registers with those of another thread; told whether that thread comes before this one.</param>
    public void AppendTo(List<Statement> statements, Func<LoopBuffer[], Expr, Statement> combine)
    {
        var inside = new List<Statement>();
        inside.AddRange(_others.Select(o => new Allocate(o, BufferPlace.Register)));
        Exchange(inside, threads.Exchanging, combine);
        var warps = threads.PerRow / threads.Exchanging;
        if (warps > 1)
        {
            Spread(inside, warps);
            Exchange(inside, warps, combine);
        }
        statements.Add(new Block(inside));
    }

    private void Exchange(List<Statement> statements, long count, Func<LoopBuffer[], Expr, Statement> combine)
    {
        for (var distance = (int)count / 2; distance > 0; distance /= 2)
        {
            statements.AddRange(registers.Zip(_others, (mine, other) => new WarpExchange(other, mine, distance)));
            statements.Add(combine(_others, InBoundsExpr.Of((IndexExpr)threads.Thread % (2 * distance), distance, 2 * distance)));
        }
    }

    /// <summary>The values of all warps of a row, one a thread, again and again in each of them.</summary>
    private void Spread(List<Statement> statements, long warps)
    {
        var warp = threads.Exchanging;
        IndexExpr thread = threads.Thread;
        var places = shared.Take(registers.Select(r => r.Type), threads.Thread.Extent / warp, statements);
        statements.Add(GroupLoop.Below(thread % warp, 1, Block.Of(places.Zip(registers, (place, register) => new Store(place, thread / warp, new LoadExpr(register, 0))))));
        statements.Add(new GroupBarrier());
        statements.AddRange(registers.Zip(places, (register, place) => new Store(register, 0, new LoadExpr(place, threads.First / warp + thread % warps))));
    }
}
