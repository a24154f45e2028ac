using System.Numerics;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// Batcher's bitonic sorter over <paramref name="count"/> elements, a power of two and a multiple of the lanes, each a key and
/// its position. Stage s sorts runs of 2^(s+1): it compares every element of a run with its mirror image in the run, then with
/// the one 2^(s-1), …, 2, 1 away. Every comparison leaves the earlier element at the lower place.
/// </summary>
internal sealed class SortNetwork(DType keyType, long count, bool descending, int lanes)
{
    private readonly SortRegister _low = new("low", keyType, lanes), _lowPartner = new("lowPartner", keyType, lanes);
    private readonly SortRegister _high = new("high", keyType, lanes), _highPartner = new("highPartner", keyType, lanes);

    public LoopBuffer Keys { get; } = new("keys", keyType, count);

    public LoopBuffer Positions { get; } = new("positions", SortRegister.PositionType(keyType), count);

    public IEnumerable<Statement> Allocate() =>
    [
        new Allocate(Keys, BufferPlace.Scratch), new Allocate(Positions, BufferPlace.Scratch),
        .. _low.Allocate(), .. _lowPartner.Allocate(), .. _high.Allocate(), .. _highPartner.Allocate(),
    ];

    /// <summary>One loop over the stages, which holds each step once, however many stages take it.</summary>
    public Statement Sort()
    {
        var stages = BitOperations.Log2((ulong)count);
        var stage = new LoopVar("stage", stages);
        var steps = new List<Statement>();
        for (var s = 0; s < stages; s++) steps.Add(When(stage, s, s + 1, Mirror(1L << s)));
        for (var s = stages - 2; s >= 0; s--) steps.Add(When(stage, s + 1, stages, Exchange(1L << s)));
        return new For(stage, LoopKind.Serial, Block.Of(steps), note: $"Bitonic sort of {count} keys with their positions.");
    }

    private static If When(LoopVar stage, long first, long end, Statement step) => new(InBoundsExpr.Of(stage, first, end), step);

    /// <summary>Compares the elements of the lower half of each run of 2·half with their mirror images in the upper half.</summary>
    private Statement Mirror(long half) => half < lanes
        ? WithinVectors(half, i => i / (2 * half) * (2 * half) + (2 * half - 1) - i % (2 * half))
        : AcrossVectors(half, (start, lane) =>
        {
            // Partners of neighbours are neighbours in reverse, so each side is loaded in both orders and stored in its own.
            var (run, step) = start;
            var low = run * (2 * half) + step * lanes + lane;
            var high = run * (2 * half) + (2 * half - lanes) - step * lanes + lane;
            return
            [
                .. _low.Load(this, low, lane), .. _lowPartner.Load(this, run * (2 * half) + (2 * half - 1) - step * lanes - lane, lane),
                .. _high.Load(this, high, lane), .. _highPartner.Load(this, run * (2 * half) + (lanes - 1) + step * lanes - lane, lane),
                .. Put(low, lane, Precedes(_lowPartner, _low, lane), _lowPartner, _low),
                .. Put(high, lane, Precedes(_high, _highPartner, lane), _highPartner, _high),
            ];
        });

    /// <summary>Compares elements that are so far apart, in runs of twice that.</summary>
    private Statement Exchange(long distance) => distance < lanes
        ? WithinVectors(distance, i => i / (2 * distance) * (2 * distance) + (i + distance) % (2 * distance))
        : AcrossVectors(distance, (start, lane) =>
        {
            var low = start.Run * (2 * distance) + start.Step * lanes + lane;
            var swap = Precedes(_high, _low, lane);
            return
            [
                .. _low.Load(this, low, lane), .. _high.Load(this, low + distance, lane),
                .. Put(low, lane, swap, _high, _low), .. Put(low + distance, lane, swap, _low, _high),
            ];
        });

    /// <summary>Steps whose partners stand in other vectors: a loop over runs and over the vectors of half a run.</summary>
    private For AcrossVectors(long half, Func<(IndexExpr Run, IndexExpr Step), IndexExpr, IEnumerable<Statement>> body)
    {
        var (run, step) = (new LoopVar("run", count / (2 * half)), new LoopVar("step", half / lanes));
        return new For(run, LoopKind.Serial, new For(step, LoopKind.Serial, OverLanes(lane => body((run, step), lane))));
    }

    /// <summary>Steps whose partners stand in the same vector: every lane finds its own new element.</summary>
    private For WithinVectors(long half, Func<IndexExpr, IndexExpr> partner)
    {
        var vector = new LoopVar("vector", count / lanes);
        return new For(vector, LoopKind.Serial, OverLanes(lane =>
        {
            var index = (IndexExpr)vector * lanes + lane;
            var isHigh = new BinaryExpr(BinaryFunction.LessOrEqual,
                new ConstantExpr(Scalar.Of(Positions.Type, half)), new IndexValueExpr(index % (2 * half), Positions.Type));
            var takesPartner = new BinaryExpr(BinaryFunction.Xor, Precedes(_lowPartner, _low, lane), isHigh);
            return
            [
                .. _low.Load(this, index, lane), .. _lowPartner.Load(this, partner(index), lane),
                .. Put(index, lane, takesPartner, _lowPartner, _low),
            ];
        }));
    }

    private For OverLanes(Func<IndexExpr, IEnumerable<Statement>> body)
    {
        var lane = new LoopVar("lane", lanes, isLane: true);
        return new For(lane, LoopKind.Vector, Block.Of(body(lane)));
    }

    private Expr Precedes(SortRegister a, SortRegister b, IndexExpr lane) =>
        SortExpr.Precedes(a.KeyAt(lane), a.PositionAt(lane), b.KeyAt(lane), b.PositionAt(lane), descending);

    private IEnumerable<Statement> Put(IndexExpr index, IndexExpr lane, Expr condition, SortRegister whenTrue, SortRegister whenFalse) =>
    [
        new Store(Keys, index, SelectExpr.Of(condition, whenTrue.KeyAt(lane), whenFalse.KeyAt(lane))),
        new Store(Positions, index, SelectExpr.Of(condition, whenTrue.PositionAt(lane), whenFalse.PositionAt(lane))),
    ];
}
