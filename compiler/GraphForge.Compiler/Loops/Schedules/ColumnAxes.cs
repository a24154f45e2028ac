using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// Gives passes over columns of the same extents the same loop variables, as few as all their indices allow, so that the element
/// of one pass can be told to be the element of another.
/// </summary>
internal sealed class ColumnAxes
{
    private readonly Dictionary<EquatableArray<long>, Space> _spaces = [];
    private readonly Dictionary<EquatableArray<long>, IReadOnlyList<LoopVar>> _axes = [];

    /// <param name="variables">Columns of a pass.</param>
    /// <param name="values">What the pass computes of them.</param>
    /// <param name="indices">Where it stores.</param>
    public Members Add(IReadOnlyList<LoopVar> variables, IReadOnlyList<Expr> values, IReadOnlyList<IndexExpr>? indices = null)
    {
        var extents = ExtentsOf(variables);
        if (!_spaces.TryGetValue(extents, out var space)) _spaces[extents] = space = new Space(variables);
        var shared = variables.Zip(space.Variables).ToDictionary(p => p.First, p => (IndexExpr)p.Second);
        var members = new Members
        {
            Values = [.. values.Select(v => v.Substitute(shared))],
            Indices = [.. (indices ?? []).Select(i => i.Substitute(shared))],
        };
        space.All.Add(members);
        return members;
    }

    /// <summary>Merges axes; from here on members have them.</summary>
    public void Collapse()
    {
        foreach (var space in _spaces.Values)
        {
            var indices = space.All.SelectMany(m => m.Values.SelectMany(AxisCollapse.IndicesOf).Concat(m.Indices));
            var (merged, values) = AxisCollapse.Of(space.Variables, indices, "j");
            if (merged.Count == 0) merged = [new LoopVar("j0", 1)];
            var extents = ExtentsOf(merged);
            if (!_axes.TryGetValue(extents, out var axes)) _axes[extents] = axes = merged;
            var renamed = merged.Zip(axes).ToDictionary(p => p.First, p => (IndexExpr)p.Second);
            var all = values.ToDictionary(p => p.Key, p => p.Value.Substitute(renamed));
            foreach (var members in space.All) members.Substitute(axes, all);
        }
    }

    private static EquatableArray<long> ExtentsOf(IReadOnlyList<LoopVar> variables) => new([.. variables.Select(v => v.Extent)]);

    private sealed record Space(IReadOnlyList<LoopVar> Variables)
    {
        public List<Members> All { get; } = [];
    }

    /// <summary>What a pass computes, and where it stores, over <see cref="Axes"/>.</summary>
    public sealed class Members
    {
        public IReadOnlyList<LoopVar> Axes { get; private set; } = [];

        public required IReadOnlyList<Expr> Values { get; set; }

        public required IReadOnlyList<IndexExpr> Indices { get; set; }

        internal void Substitute(IReadOnlyList<LoopVar> axes, IReadOnlyDictionary<LoopVar, IndexExpr> values) =>
            (Axes, Values, Indices) = (axes, [.. Values.Select(v => v.Substitute(values))], [.. Indices.Select(i => i.Substitute(values))]);
    }
}
