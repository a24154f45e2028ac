using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Loops.Schedules.Device.Attention;

/// <summary>
/// Where the scores of a thread lie, and the registers that hold them: one for each of its scores, and for values of rows one for each
/// of its rows.
/// </summary>
internal sealed class ScoreRegisters
{
    private readonly AttentionTile _tile;
    private readonly LoopVar _thread;
    private readonly Dictionary<LoopVar, IndexExpr> _outer;
    private readonly Dictionary<LoopBuffer, LoopBuffer> _matrices = [];
    private readonly Dictionary<LoopBuffer, LoopBuffer[]> _rows = [];

    /// <param name="view">The kernel.</param>
    /// <param name="tile">How it is cut.</param>
    /// <param name="thread">Number of the thread.</param>
    /// <param name="outer">What the group has of the outer axes.</param>
    /// <param name="firstOwn">The first of the own axis.</param>
    /// <param name="firstOther">The first of the other axis, at the time.</param>
    public ScoreRegisters(ScoreView view, AttentionTile tile, LoopVar thread, IEnumerable<(LoopVar, IndexExpr)> outer, IndexExpr firstOwn, IndexExpr firstOther)
    {
        (View, _tile, _thread, FirstOwn, FirstOther) = (view, tile, thread, firstOwn, firstOther);
        _outer = outer.ToDictionary(p => p.Item1, p => p.Item2);
        foreach (var store in view.Definition.Stores.Where(view.IsMatrix)) _matrices[store.Buffer] = new LoopBuffer(store.Buffer.Name, store.Buffer.Type, (long)tile.ThreadOwn * tile.ThreadOther);
        foreach (var local in view.Scores.Locals.Except(_matrices.Keys))
            _rows[local] = [.. Enumerable.Range(0, view.OwnsKeys ? tile.ThreadOther : tile.ThreadOwn).Select(_ => new LoopBuffer(local.Name, local.Type, 1))];
    }

    public ScoreView View { get; }

    public IndexExpr FirstOwn { get; }

    public IndexExpr FirstOther { get; }

    public LoopBuffer Matrix(LoopBuffer local) => _matrices[local];

    /// <summary>The registers of a value of rows, one for each row of the thread.</summary>
    public LoopBuffer[] Rows(LoopBuffer local) => _rows[local];

    public IndexExpr OwnOffset(int i) => (IndexExpr)_thread / _tile.OtherThreads + i * _tile.OwnThreads;

    public IndexExpr OtherOffset(int j) => (IndexExpr)_thread % _tile.OtherThreads + j * _tile.OtherThreads;

    public IndexExpr Slot(int i, int j) => i * _tile.ThreadOther + j;

    /// <summary>The statement for a score, or for what is owned, where there is such a one.</summary>
    public Statement Inside(int i, int? j, Statement body)
    {
        if (j is { } other) body = GroupLoop.Below(FirstOther + OtherOffset(other), View.Other.Extent, body);
        return GroupLoop.Below(FirstOwn + OwnOffset(i), View.Own.Extent, body);
    }

    /// <summary>The same for each row of the thread.</summary>
    public Statement InsideRow(int row, Statement body) => View.OwnsKeys
        ? GroupLoop.Below(FirstOther + OtherOffset(row), View.Other.Extent, body)
        : Inside(row, null, body);

    /// <summary>Whether there is such a score.</summary>
    public Expr IsInside(int i, int j) => BinaryExpr.Both(
        InBoundsExpr.Of(FirstOwn + OwnOffset(i), 0, View.Own.Extent), InBoundsExpr.Of(FirstOther + OtherOffset(j), 0, View.Other.Extent));

    /// <summary>The value of a score, local values read from registers.</summary>
    public Expr At(Expr value, int i, int j) => InRegisters(value, i, j).Substitute(Positions(FirstOwn + OwnOffset(i), FirstOther + OtherOffset(j)));

    /// <summary>The value of a row of the thread.</summary>
    public Expr AtRow(Expr value, int row) => View.OwnsKeys
        ? InRegisters(value, 0, row).Substitute(Positions(null, FirstOther + OtherOffset(row)))
        : InRegisters(value, row, 0).Substitute(Positions(FirstOwn + OwnOffset(row), null));

    /// <summary>Indices of the kernel, where the axes have these values.</summary>
    public Dictionary<LoopVar, IndexExpr> Positions(IndexExpr? own, IndexExpr? other)
    {
        var positions = new Dictionary<LoopVar, IndexExpr>(_outer);
        if (own is not null) positions[View.Own] = own;
        if (other is not null) positions[View.Other] = other;
        return positions;
    }

    private Expr InRegisters(Expr value, int i, int j) => value.Rewrite(e => e is not LoadExpr load ? e
        : _matrices.TryGetValue(load.Buffer, out var matrix) ? new LoadExpr(matrix, Slot(i, j))
        : _rows.TryGetValue(load.Buffer, out var rows) ? new LoadExpr(rows[View.OwnsKeys ? j : i], 0)
        : e);
}
