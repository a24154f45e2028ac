using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;

namespace GraphForge.Compiler.Schedule.Attention;

/// <summary>
/// Lowers the sums of a matrix of scores to one kernel definition: scores that are worth keeping and reductions of rows become
/// local values, in the order they need each other, then come the contractions.
/// </summary>
internal sealed class AttentionLowering
{
    private readonly FusionPlan _plan;
    private readonly NodeStorage _storage;
    private readonly FusionGroup _group;
    private readonly ScoreStages _stages;
    private readonly LoopVar[] _rows;
    private readonly LoopVar _key;
    private readonly IndexExpr _rowIndex;
    private readonly IndexExpr _scoreIndex;
    private readonly Dictionary<Node, LoopBuffer> _locals = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, LoopBuffer> _operands = new(ReferenceEqualityComparer.Instance);
    private readonly List<StoreDefinition> _stores = [];
    private readonly RowValues _rowValues;

    public AttentionLowering(FusionPlan plan, NodeStorage storage, FusionGroup group)
    {
        (_plan, _storage, _group, _stages) = (plan, storage, group, new ScoreStages(plan, group));
        var axes = group.Scores!.Axes;
        var outer = axes.Shape.Values.ToArray().SkipLast(axes.HasRows ? 2 : 1).Select((extent, axis) => new LoopVar($"b{axis}", extent));
        _rows = [.. outer, new LoopVar("query", axes.Rows)];
        _key = new LoopVar("key", axes.Keys);
        _rowIndex = LoopIndices.Linear(_rows);
        _scoreIndex = LoopIndices.Linear([.. _rows, _key]);
        _rowValues = new RowValues(_rows, _key, _rowIndex, _stores);
    }

    public KernelDefinition Lower(string name)
    {
        var lowerer = new Lowerer((node, index) => Load(node, index, _locals));
        foreach (var node in _stages.Kept)
            if (_group.Members.Contains(node)) Reduction(node, lowerer);
            else _locals[node] = Keep(node, lowerer);
        var products = new Lowerer((node, index) => Load(node, index, _operands));
        foreach (var sums in _stages.Products.GroupBy(p => p.Scores, (IEqualityComparer<Node>)ReferenceEqualityComparer.Instance)
            .OrderByDescending(s => _stages.IsKept(s.Key)).ThenByDescending(s => _stages.KeptOperands(s.Key)))
        {
            _operands[sums.Key] = _locals.GetValueOrDefault(sums.Key) ?? Keep(sums.Key, lowerer);
            foreach (var (product, scores) in sums) Product(product, scores, products);
        }
        return Definition(name);
    }

    private KernelDefinition Definition(string name)
    {
        var locals = _stores.Select(s => s.Buffer).Where(b => !_group.Stored.Select(n => _storage.PlaceOf(n).Buffer).Contains(b)).ToHashSet();
        var arguments = _stores.Select(s => s.Buffer).Concat(_stores.SelectMany(s => Loads.Of(s.Value)).Select(l => l.Buffer))
            .Distinct().Where(b => !locals.Contains(b)).ToArray();
        foreach (var load in _stores.SelectMany(s => Loads.Of(s.Value)).Where(l => locals.Contains(l.Buffer)))
            if (!load.Index.Equals(load.Buffer.Count == _group.Scores!.Axes.RowCount ? _rowIndex : _scoreIndex))
                throw new InternalCompilerException("attention", $"{load} reads another score than its own in {name}");
        return new KernelDefinition(name, KernelSummary.Of(_group, arguments), _rows[..^1], _stores, arguments)
        {
            Counters = _storage.Counters,
            Scores = new ScoreDomain(_rows[^1], _key, locals),
        };
    }

    private Expr? Load(Node node, IndexExpr[] index, Dictionary<Node, LoopBuffer> locals) =>
        locals.TryGetValue(node, out var local) ? new LoadExpr(local, IndexExpr.Linear(index, node.Shape.Strides()))
        : _plan.IsAbsorbed(node) ? null
        : _storage.Load(node, index);

    /// <summary>Computes a score for all rows and keys.</summary>
    private LoopBuffer Keep(Node node, Lowerer lowerer)
    {
        var value = _rowValues.Hoist(lowerer.Compute(node, IndexExpr.Unravel(_scoreIndex, node.Shape.Values)));
        var local = new LoopBuffer(node.Op.Name, value.Type, _group.Scores!.Axes.Shape.Size.Value);
        _stores.Add(new StoreDefinition([.. _rows, _key], local, _scoreIndex, value));
        return local;
    }

    private void Reduction(Node node, Lowerer lowerer)
    {
        var value = lowerer.Compute(node, IndexExpr.Unravel(_rowIndex, node.Shape.Values));
        var reduce = value.DescendantsAndSelf().OfType<ReduceExpr>().Last();
        var body = reduce.Body.Substitute(new Dictionary<LoopVar, IndexExpr> { [reduce.ReducedVariables[0]] = _key });
        var canonical = new ReduceExpr(reduce.Function, [_key], _rowValues.Hoist(body));
        var local = _locals[node] = new LoopBuffer(node.Op.Name, value.Type, _group.Scores!.Axes.RowCount);
        _stores.Add(new StoreDefinition(_rows, local, _rowIndex, value.Replace(reduce, canonical)));
        if (!_group.Stored.Contains(node)) return;
        var (buffer, start) = _storage.PlaceOf(node);
        _stores.Add(new StoreDefinition(_rows, buffer, start + _rowIndex, new LoadExpr(local, _rowIndex)));
    }

    private void Product(Node node, Node scores, Lowerer lowerer)
    {
        var op = (Contraction)node.Op;
        var roles = ScoreProduct.Of(node, scores, _group.Scores!.Axes)!;
        var labels = roles.Scores == 0 ? op.Left : op.Right;
        var feature = new LoopVar("feature", node.Shape[Array.IndexOf(op.Output.ToArray(), roles.Feature)].Value);
        LoopVar[] scoreVariables = [.. _group.Scores!.Axes.HasRows ? _rows : _rows[..^1], _key];
        LoopVar Variable(int label) => label == roles.Feature ? feature : scoreVariables[Array.IndexOf(labels.ToArray(), label)];

        var value = lowerer.Compute(node, [.. op.Output.Select(l => (IndexExpr)Variable(l))]);
        var reduce = value.DescendantsAndSelf().OfType<ReduceExpr>().Last();
        var summed = op.Contracted.Select(Variable).ToArray();
        var body = reduce.Body.Substitute(reduce.ReducedVariables.Zip(summed).ToDictionary(p => p.First, p => (IndexExpr)p.Second));
        var (buffer, start) = _storage.PlaceOf(node);
        LoopVar[] domain = [.. _rows.Append(_key).Where(v => !summed.Contains(v)), feature];
        var index = IndexExpr.Linear([.. op.Output.Select(l => (IndexExpr)Variable(l))], node.Shape.Strides());
        _stores.Add(new StoreDefinition(domain, buffer, start + index, value.Replace(reduce, new ReduceExpr(reduce.Function, summed, body))));
    }
}
