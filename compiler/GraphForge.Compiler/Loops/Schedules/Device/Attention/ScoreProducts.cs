using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules.Device.Attention;

/// <summary>
/// The contractions of attention, slice by slice through shared memory: those that make scores from two operands, and those that sum
/// scores with another operand, which find the scores in shared memory as a whole tile.
/// </summary>
internal sealed class ScoreProducts(ScoreRegisters registers, AttentionTile tile, LoopVar thread, IndexExpr firstFeature)
{
    /// <summary>Multiply-adds that a thread writes out without a loop.</summary>
    private const int MostUnrolled = 256;

    private readonly Dictionary<(string Name, Runtime.DType Type), LoopBuffer> _shared = [];
    private readonly Dictionary<StoreDefinition, LoopBuffer> _sums = [];

    private ScoreView View => registers.View;

    public IEnumerable<LoopBuffer> Shared => _shared.Values;

    /// <summary>Registers for the sums of contractions with scores, all 0.</summary>
    public IEnumerable<Statement> Start(IEnumerable<StoreDefinition> products)
    {
        foreach (var store in products)
        {
            var type = Schedules.Attention.ScorePass.ReductionIn(store)!.Type;
            var sums = _sums[store] = new LoopBuffer("sum", type, (long)tile.ThreadOwn * tile.ThreadFeatures(store.Domain[^1].Extent));
            foreach (var statement in Cleared(sums)) yield return statement;
        }
    }

    /// <summary>The sums of a row of the thread, of the contractions with certain results.</summary>
    public IEnumerable<(LoopBuffer Sums, IndexExpr Slot)> SumsOf(IReadOnlySet<LoopBuffer> results, int row) =>
        _sums.Where(s => results.Contains(s.Key.Buffer)).SelectMany(s =>
            Enumerable.Range(0, tile.ThreadFeatures(s.Key.Domain[^1].Extent)).Select(c => (s.Value, (IndexExpr)Slot(s.Key, row, c))));

    /// <summary>The products of two operands, own × other.</summary>
    public Statement Scores(ReduceExpr sum, LoopBuffer sums)
    {
        var (along, across) = ScoreFactors.Of(sum, View.Own, View.Other);
        var count = sum.ReducedVariables.Aggregate(1L, (p, v) => p * v.Extent);
        var terms = (int)Math.Min(tile.Depth, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)count));
        var (own, other) = (Tile("own", sum.Type, tile.Own, terms), Tile("other", sum.Type, tile.Other, terms));
        var slices = Slices(count, (start, depth) => (
            [
                Fill(own, along, View.Own, registers.FirstOwn, sum.ReducedVariables, start, count),
                Fill(other, across, View.Other, registers.FirstOther, sum.ReducedVariables, start, count),
            ],
            Each(tile.ThreadOther).Select(at => new Store(sums, registers.Slot(at.Row, at.Column), new BinaryExpr(BinaryFunction.Multiply,
                own.At(depth, registers.OwnOffset(at.Row)), other.At(depth, registers.OtherOffset(at.Column))), ReduceFunction.Sum))), tile.ThreadOther);
        return Block.Of([.. Cleared(sums).Skip(1), slices]);
    }

    /// <summary>Adds the products of the scores at hand with the rows of another operand.</summary>
    public Statement Add(StoreDefinition store)
    {
        var sum = Schedules.Attention.ScorePass.ReductionIn(store)!;
        var (score, operand) = ScoreFactors.Of(sum, View.Scores);
        var (feature, sums) = (store.Domain[^1], _sums[store]);
        var scores = Buffer("scores", sum.Type, (long)tile.Own * tile.Pitch);
        var features = Tile("other", sum.Type, Math.Min(tile.Features, feature.Extent), Math.Min(tile.Depth, tile.Other));
        var zero = ConstantExpr.Zero(sum.Type);
        var columns = tile.ThreadFeatures(feature.Extent);
        return Block.Of(
        [
            .. Each(tile.ThreadOther).Select(at => new Store(scores, registers.OwnOffset(at.Row) * tile.Pitch + registers.OtherOffset(at.Column),
                SelectExpr.Of(registers.IsInside(at.Row, at.Column), registers.At(score, at.Row, at.Column), zero))),
            Slices(tile.Other, (start, depth) => (
                [FillFeatures(features, operand, feature, start)],
                Each(columns).Select(at => new Store(sums, Slot(store, at.Row, at.Column), new BinaryExpr(BinaryFunction.Multiply,
                    new LoadExpr(scores, registers.OwnOffset(at.Row) * tile.Pitch + start + depth), features.At(depth, FeatureOffset(features, at.Column))), ReduceFunction.Sum))), columns),
        ]);
    }

    /// <summary>Stores what a contraction with scores has come to.</summary>
    public IEnumerable<Statement> Stored(StoreDefinition store)
    {
        var sum = Schedules.Attention.ScorePass.ReductionIn(store)!;
        var (feature, hole) = (store.Domain[^1], new LoadExpr(new LoopBuffer("total", sum.Type, 1), 0));
        foreach (var (i, c) in Each(tile.ThreadFeatures(feature.Extent)))
        {
            var offset = registers.OtherOffset(c);
            var at = registers.Positions(registers.FirstOwn + registers.OwnOffset(i), null);
            at[feature] = firstFeature + offset;
            var result = View.OwnsKeys ? store.Value.Replace(sum, hole) : registers.AtRow(store.Value.Replace(sum, hole), i);
            var stored = new Store(store.Buffer, store.Index.Substitute(at), result.Substitute(at).Replace(hole, new LoadExpr(_sums[store], Slot(store, i, c))));
            yield return GroupLoop.Below(offset, Math.Min(tile.Features, feature.Extent), GroupLoop.Below(firstFeature + offset, feature.Extent, registers.Inside(i, null, stored)));
        }
    }

    private int Slot(StoreDefinition store, int row, int column) => row * tile.ThreadFeatures(store.Domain[^1].Extent) + column;

    /// <summary>A thread without such a feature takes part with the last one there is.</summary>
    private IndexExpr FeatureOffset(SharedTile features, int column) => registers.OtherOffset(column) is var offset && offset.Maximum < features.Width ? offset : offset % features.Width;

    private IEnumerable<(int Row, int Column)> Each(int columns) =>
        Enumerable.Range(0, tile.ThreadOwn).SelectMany(r => Enumerable.Range(0, columns).Select(c => (r, c)));

    /// <param name="count">Summed elements.</param>
    /// <param name="slice">From where a slice begins and an element within it: what fills shared memory, and what is added.</param>
    /// <param name="columns">Sums of a row of the thread.</param>
    private Statement Slices(long count, Func<IndexExpr, IndexExpr, (IEnumerable<Statement> Fill, IEnumerable<Store> Add)> slice, int columns)
    {
        var (number, depth) = (new LoopVar("slice", CeilingDivide(count, tile.Depth)), new LoopVar("k", Math.Min(tile.Depth, count)));
        var kind = tile.ThreadOwn * columns * depth.Extent <= MostUnrolled ? LoopKind.Unrolled : LoopKind.Serial;
        var (fill, add) = slice(number.Extent == 1 ? 0 : (IndexExpr)number * tile.Depth, depth);
        var body = Block.Of([.. fill, new GroupBarrier(), new For(depth, kind, Block.Of(add)), new GroupBarrier()]);
        return number.Extent == 1 ? body : new For(number, LoopKind.Serial, body);
    }

    private Statement Fill(SharedTile target, Expr operand, LoopVar axis, IndexExpr first, IReadOnlyList<LoopVar> summed, IndexExpr start, long count)
    {
        var alongDepth = LaneAnalysis.Contiguity([operand], summed[^1]) > LaneAnalysis.Contiguity([operand], axis);
        return target.Fill(thread, alongDepth, (within, depth) =>
        {
            var (index, element) = (first + within, start + depth);
            var at = registers.Positions(null, null);
            at[axis] = index;
            foreach (var (variable, value) in summed.Zip(IndexExpr.Unravel(element, summed.Select(v => v.Extent).ToArray()))) at[variable] = value;
            return Guarded(BinaryExpr.Both(InBoundsExpr.Of(index, 0, axis.Extent), InBoundsExpr.Of(element, 0, count)), operand.Substitute(at));
        });
    }

    private Statement FillFeatures(SharedTile target, Expr operand, LoopVar feature, IndexExpr start)
    {
        var alongDepth = LaneAnalysis.Contiguity([operand], View.Other) > LaneAnalysis.Contiguity([operand], feature);
        return target.Fill(thread, alongDepth, (within, depth) =>
        {
            var (index, column) = (registers.FirstOther + start + depth, firstFeature + within);
            var at = registers.Positions(null, index);
            at[feature] = column;
            return Guarded(BinaryExpr.Both(InBoundsExpr.Of(index, 0, View.Other.Extent), InBoundsExpr.Of(column, 0, feature.Extent)), operand.Substitute(at));
        });
    }

    private static Expr Guarded(Expr isInside, Expr value) => SelectExpr.Strict(isInside, value, ConstantExpr.Zero(value.Type));

    private SharedTile Tile(string name, Runtime.DType type, long width, int depth) => new(Buffer(name, type, width * tile.Depth), width, depth);

    /// <summary>One piece of memory for all uses of a name: as large as the largest.</summary>
    private LoopBuffer Buffer(string name, Runtime.DType type, long count)
    {
        var most = name == "other" ? Math.Max(tile.Other, View.Definition.Stores.Where(View.IsProduct).Select(s => Math.Min(tile.Features, s.Domain[^1].Extent)).DefaultIfEmpty(0).Max()) * tile.Depth : count;
        return _shared.TryGetValue((name, type), out var known) ? known : _shared[(name, type)] = new LoopBuffer(name, type, most);
    }

    private static IEnumerable<Statement> Cleared(LoopBuffer sums) => Enumerable.Range(0, (int)sums.Count)
        .Select(i => (Statement)new Store(sums, i, ConstantExpr.Zero(sums.Type))).Prepend(new Allocate(sums, BufferPlace.Register));
}
