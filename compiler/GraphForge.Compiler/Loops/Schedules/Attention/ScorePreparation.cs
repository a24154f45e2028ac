using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>
/// Further local values that lanes along rows ask for: what lies along keys is turned over first, and what follows a contraction but
/// cannot be done in lanes waits for a pass of its own.
/// </summary>
internal sealed class ScorePreparation
{
    private readonly ScoreDomain _scores;
    private readonly int _lanes;
    private readonly int _vectorBytes;
    private readonly List<StoreDefinition> _stores = [];
    private readonly HashSet<LoopBuffer> _locals;
    private readonly HashSet<LoopBuffer> _turned = [];
    private readonly Dictionary<Expr, Expr> _replaced = [];

    private ScorePreparation(ScoreDomain scores, int lanes, int vectorBytes) =>
        (_scores, _lanes, _vectorBytes, _locals) = (scores, lanes, vectorBytes, [.. scores.Locals]);

    /// <returns>The definition with more stores, and the local values that are made by turning.</returns>
    public static (KernelDefinition Definition, IReadOnlySet<LoopBuffer> Turned) Of(KernelDefinition definition, int lanes, int vectorBytes)
    {
        var preparation = new ScorePreparation(definition.Scores!, lanes, vectorBytes);
        foreach (var store in definition.Stores) preparation.Add(store);
        return (definition with { Stores = preparation._stores, Scores = definition.Scores! with { Locals = preparation._locals } }, preparation._turned);
    }

    private void Add(StoreDefinition store)
    {
        var isScore = _scores.IsMatrix(store);
        var sum = ScorePass.ReductionIn(store);
        if (isScore || sum is not null && store.Domain[^1] == _scores.Row) store = store with { Value = WithTurned(store, sum) };
        sum = ScorePass.ReductionIn(store);
        if (!isScore || sum is null || FitsLanes(store.Value.Replace(sum, new LoadExpr(new LoopBuffer("sum", sum.Type, _scores.Row.Extent), _scores.Row))))
        {
            _stores.Add(store);
            return;
        }
        var raw = Local("raw", sum.Type, store.Buffer.Count);
        _stores.Add(store with { Buffer = raw, Value = sum });
        _stores.Add(store with { Value = store.Value.Replace(sum, new LoadExpr(raw, store.Index)) });
    }

    private bool FitsLanes(Expr value) => LaneAnalysis.LanesFor([value], _scores.Row, _vectorBytes) == _lanes;

    /// <summary>The value with its leaves turned; the contraction of a score packs its operands itself.</summary>
    private Expr WithTurned(StoreDefinition store, ReduceExpr? sum)
    {
        var contraction = _scores.IsMatrix(store) ? sum?.DescendantsAndSelf().ToHashSet(ReferenceEqualityComparer.Instance) : null;
        return store.Value.Rewrite(e => contraction?.Contains(e) == true ? e : Turned(e) ?? e);
    }

    private Expr? Turned(Expr leaf)
    {
        if (leaf is not (LoadExpr or RandomExpr) || leaf is LoadExpr load && (_locals.Contains(load.Buffer) || LaneAnalysis.IsContiguous(load.Index, _scores.Row))) return null;
        if (!leaf.Variables.Contains(_scores.Row) || !leaf.Variables.Contains(_scores.Key)) return null;
        if (_replaced.TryGetValue(leaf, out var known)) return known;
        var integer = _vectorBytes / _lanes == 8 ? DType.Int64 : DType.Int32;
        var value = leaf.Type is DType.Bool or DType.UInt8 ? new ConvertExpr(integer, leaf) : leaf;
        if (!TurnedRows.Fits(value, _scores.Key, _lanes, _vectorBytes)) return null;
        var index = ScoreIndex();
        var local = Local("turned", value.Type, index.Maximum + 1);
        _turned.Add(local);
        _stores.Add(new StoreDefinition([_scores.Row, _scores.Key], local, index, value));
        Expr turned = new LoadExpr(local, index);
        return _replaced[leaf] = leaf.Type == turned.Type ? turned : new ConvertExpr(leaf.Type, turned);
    }

    /// <summary>An index of a local score within one matrix: schedules ask for its row and key alone.</summary>
    private IndexExpr ScoreIndex() => (IndexExpr)_scores.Row * _scores.Key.Extent + _scores.Key;

    private LoopBuffer Local(string name, DType type, long count)
    {
        var local = new LoopBuffer(name, type, count);
        _locals.Add(local);
        return local;
    }
}
