using System.Numerics;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// The network of <see cref="SortNetwork"/> in the shared memory of a group: every step compares half as many pairs as there are
/// elements, which the threads share, and a barrier ends it.
/// </summary>
/// <param name="key">What is sorted.</param>
/// <param name="sort">The order.</param>
/// <param name="count">Elements, filled up to a power of 2 with keys that come last.</param>
/// <param name="threads">Threads of a group; a power of 2, at most half the elements.</param>
internal sealed class DeviceSortNetwork(Expr key, SortExpr sort, long count, long threads)
{
    private readonly LoopBuffer _keys = new("keys", key.Type, count), _positions = new("positions", DType.Int32, count);
    private readonly LoopBuffer _low = new("lowKey", key.Type, 1), _high = new("highKey", key.Type, 1);
    private readonly LoopBuffer _lowAt = new("lowPosition", DType.Int32, 1), _highAt = new("highPosition", DType.Int32, 1);

    public LoopKernel Build(KernelDefinition definition, StoreDefinition store, LoopVar[] rows, LoopVar? rank)
    {
        var loop = new GroupLoop(rows.Aggregate(1L, (p, v) => p * v.Extent), threads);
        var place = rows.Zip(IndexExpr.Unravel(loop.Group, rows.Select(v => v.Extent).ToArray())).ToDictionary(p => p.First, p => p.Second);
        var body = Block.Of(
            Each(loop, count, Fill), new GroupBarrier(),
            new Allocate(_low, BufferPlace.Register), new Allocate(_high, BufferPlace.Register),
            new Allocate(_lowAt, BufferPlace.Register), new Allocate(_highAt, BufferPlace.Register),
            Sort(loop),
            Each(loop, rank?.Extent ?? 1, i => GroupLoop.Below(i, rank?.Extent ?? 1, new Store(
                store.Buffer, rank is null ? store.Index : store.Index.Substitute(new Dictionary<LoopVar, IndexExpr> { [rank] = i }),
                new ConvertExpr(DType.Int64, new LoadExpr(_positions, i))))));
        return loop.Wrap(definition, [_keys, _positions], StatementWalk.Substitute(body, place));
    }

    /// <summary>Runs <paramref name="body"/> for elements shared among the threads, the last of which may lie beyond the end.</summary>
    private static Statement Each(GroupLoop loop, long elements, Func<IndexExpr, Statement> body) =>
        RowLayout.Steps(IntegerArithmetic.CeilingDivide(elements, loop.Thread.Extent), step => body(step * loop.Thread.Extent + loop.Thread));

    private Block Fill(IndexExpr i)
    {
        var own = key.Substitute(new Dictionary<LoopVar, IndexExpr> { [sort.Variable] = i });
        var last = new ConstantExpr(SortExpr.Last(key.Type, sort.Descending));
        return Block.Of(
            new Store(_keys, i, SelectExpr.Strict(InBoundsExpr.Of(i, 0, sort.Variable.Extent), own, last)),
            new Store(_positions, i, new IndexValueExpr(i, DType.Int32)));
    }

    private For Sort(GroupLoop loop)
    {
        var stages = BitOperations.Log2((ulong)count);
        var stage = new LoopVar("stage", stages);
        var steps = new List<Statement>();
        for (var s = 0; s < stages; s++) steps.Add(When(stage, s, s + 1, Step(loop, 1L << s, isMirror: true)));
        for (var s = stages - 2; s >= 0; s--) steps.Add(When(stage, s + 1, stages, Step(loop, 1L << s, isMirror: false)));
        return new For(stage, LoopKind.Serial, Block.Of(steps), note: $"Bitonic sort of {count} keys with their positions.");
    }

    private static Statement When(IndexExpr stage, long first, long end, Statement step) => RowBlock.If(InBoundsExpr.Of(stage, first, end), step);

    /// <summary>Compares pairs in runs of twice <paramref name="half"/>: mirror images, or elements that are half a run apart.</summary>
    private Block Step(GroupLoop loop, long half, bool isMirror) => Block.Of(Each(loop, count / 2, pair =>
    {
        var (run, within) = (pair / half * (2 * half), pair % half);
        var (low, high) = (run + within, isMirror ? run + (2 * half - 1) - within : run + within + half);
        var (lowKey, highKey, lowAt, highAt) = (new LoadExpr(_low, 0), new LoadExpr(_high, 0), new LoadExpr(_lowAt, 0), new LoadExpr(_highAt, 0));
        return Block.Of(
            new Store(_low, 0, new LoadExpr(_keys, low)), new Store(_lowAt, 0, new LoadExpr(_positions, low)),
            new Store(_high, 0, new LoadExpr(_keys, high)), new Store(_highAt, 0, new LoadExpr(_positions, high)),
            new If(SortExpr.Precedes(highKey, highAt, lowKey, lowAt, sort.Descending), Block.Of(
                new Store(_keys, low, highKey), new Store(_positions, low, highAt),
                new Store(_keys, high, lowKey), new Store(_positions, high, lowAt))));
    }), new GroupBarrier());
}
