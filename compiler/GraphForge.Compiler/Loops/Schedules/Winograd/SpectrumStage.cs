using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Winograd;

/// <summary>Transforms a factor of the product, tile by tile, into scratch memory: [product, tile, channel].</summary>
internal sealed class SpectrumStage
{
    private readonly TransformNest _factor;
    private readonly LoopVar _channel;
    private readonly int _lanes;
    private readonly TransformSweep _sweep;

    /// <param name="name">Name of the scratch buffer.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="channel">The variable along which its neighbours lie in memory.</param>
    /// <param name="channels">Channels of a task.</param>
    /// <param name="tiles">Tiles of a block.</param>
    /// <param name="type">Element type.</param>
    /// <param name="lanes">Elements of a register.</param>
    public SpectrumStage(string name, TransformNest factor, LoopVar channel, long channels, long tiles, DType type, int lanes)
    {
        (_factor, _channel, Channels, Tiles, _lanes) = (factor, channel, channels, tiles, lanes);
        _sweep = new TransformSweep(factor.Transforms, type, lanes);
        Pitch = IntegerArithmetic.CeilingDivide(channels, lanes) * lanes;
        Buffer = new LoopBuffer(name, type, factor.Transforms.Aggregate(1L, (p, t) => p * t.Rows) * tiles * Pitch);
    }

    public LoopBuffer Buffer { get; }

    public long Channels { get; }

    /// <summary>Elements from a tile to the next: whole vectors, zero behind the channels.</summary>
    public long Pitch { get; }

    public long Tiles { get; }

    public IEnumerable<Statement> Allocate() => [new Allocate(Buffer, BufferPlace.Scratch), .. _sweep.Allocate()];

    /// <summary>An element of the result.</summary>
    public LoadExpr At(IndexExpr product, IndexExpr tile, IndexExpr channel) => new(Buffer, Place(product, tile, channel));

    /// <param name="tile">Number of a tile in the block, the variable of the loop to be.</param>
    /// <param name="at">The factor's variables for a tile.</param>
    /// <param name="firstChannel">First channel of the task.</param>
    /// <param name="count">Tiles there are, or null for all of the block.</param>
    public Statement Build(LoopVar tile, IReadOnlyDictionary<LoopVar, IndexExpr> at, IndexExpr firstChannel, IndexExpr? count)
    {
        var core = _factor.Core.Substitute(at);
        var (isInterior, interior) = Interior(core);
        var body = isInterior is null or ConstantExpr { Value.AsBool: false } ? Sweep(tile, core, firstChannel)
            : isInterior is ConstantExpr { Value.AsBool: true } ? Sweep(tile, interior, firstChannel)
            : Block.Of(new If(isInterior, Sweep(tile, interior, firstChannel)),
                new If(new UnaryExpr(UnaryFunction.Not, isInterior), Sweep(tile, core, firstChannel)));
        return new For(tile, LoopKind.Serial, body, count, note: $"Transform the tiles into {Buffer}.");
    }

    /// <summary>Zeros in the place of tiles from <paramref name="first"/> on.</summary>
    public Statement Clear(IndexExpr first)
    {
        var (product, tile) = (new LoopVar("product", Buffer.Count / (Tiles * Pitch)), new LoopVar("missing", Tiles));
        var zeros = VectorRuns.Each(Pitch, _lanes, (from, lane) => new For(lane, LoopKind.Vector, new Store(
            Buffer, Place(product, first + tile, from + lane), ConstantExpr.Zero(Buffer.Type))));
        return new For(product, LoopKind.Serial, new For(tile, LoopKind.Serial, zeros, Tiles - first));
    }

    private Statement Sweep(LoopVar tile, Expr core, IndexExpr firstChannel) => VectorRuns.Each(Channels, _lanes, (from, active) => _sweep.Build(
        active.Extent, _lanes,
        (columns, lane) => core.Substitute(new Dictionary<LoopVar, IndexExpr>(_factor.Transforms.Select(t => t.Column).Zip(columns, KeyValuePair.Create))
        {
            [_channel] = firstChannel + from + lane,
        }),
        (rows, lane, value) => new For(lane, LoopKind.Vector, new Store(Buffer, Place(Product(rows), tile, from + lane), value))));

    private IndexExpr Product(IndexExpr[] rows) => rows.Zip(_factor.Transforms).Aggregate(IndexExpr.Zero, (index, r) => index * r.Second.Rows + r.First);

    private IndexExpr Place(IndexExpr product, IndexExpr tile, IndexExpr channel) => (product * Tiles + tile) * Pitch + channel;

    /// <summary>
    /// When no guard of the core fails for any element of a tile, and the core without guards: most tiles of an image touch no
    /// padding. Null where there are no guards or they are no plain bounds.
    /// </summary>
    private (Expr? Condition, Expr Core) Interior(Expr core)
    {
        var guards = core.DescendantsAndSelf().OfType<InBoundsExpr>().Distinct().ToArray();
        if (guards.Length == 0 || guards.Any(g => _factor.Transforms.Any(t => !LaneAnalysis.IsAffine(g.Index, t.Column)))) return (null, core);
        var condition = guards.SelectMany(g => new[] { Corner(g, last: false), Corner(g, last: true) }).Distinct()
            .Aggregate((a, b) => new BinaryExpr(BinaryFunction.And, a, b).WithOperands([a, b]));
        return (condition, core.Rewrite(e => e is InBoundsExpr guard && guards.Contains(guard) ? new ConstantExpr(Scalar.Of(true)) : e));
    }

    /// <summary>The guard at the first or the last element of a tile.</summary>
    private Expr Corner(InBoundsExpr guard, bool last) => guard.MapIndices(index => index.Substitute(
        _factor.Transforms.ToDictionary(t => t.Column, t => (IndexExpr)(last ? t.Columns - 1 : 0))));
}
