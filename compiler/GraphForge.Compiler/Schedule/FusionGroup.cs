using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Schedule.Attention;

namespace GraphForge.Compiler.Schedule;

/// <summary>The shape of the loop nest a group of nodes shares.</summary>
public enum GroupKind
{
    /// <summary>Every member has one value per element of one domain.</summary>
    Map,

    /// <summary>Rows × columns: members have one value per element or one per row; reductions run along the columns.</summary>
    Rows,

    /// <summary>One reduction that leaves the last axis or reads no tensor whole, with what feeds and what follows it elementwise.</summary>
    Reduction,

    /// <summary>One contraction and what follows it elementwise.</summary>
    Contraction,

    /// <summary>One scatter.</summary>
    Scatter,

    /// <summary>One sort.</summary>
    Sort,

    /// <summary>All results of one loop.</summary>
    Loop,

    /// <summary>Sums along rows and columns of a matrix of scores that is computed in tiles.</summary>
    Attention,
}

/// <summary>Nodes that become one kernel, or one loop of kernels.</summary>
public sealed class FusionGroup(int id, GroupKind kind, long rows)
{
    public int Id { get; } = id;

    public GroupKind Kind { get; set; } = kind;

    /// <summary>Whether no result is complete before all of it has run, so that nothing else fits in.</summary>
    public bool StandsAlone => Kind is GroupKind.Scatter or GroupKind.Sort or GroupKind.Loop or GroupKind.Attention;

    /// <summary>Values per column-reduced member; for other kinds the number of elements of the domain.</summary>
    public long Rows { get; set; } = rows;

    /// <summary>How the elements of a <see cref="GroupKind.Rows"/> group lie; null for other kinds.</summary>
    public RowGeometry? Geometry { get; set; }

    /// <summary>What the members of a <see cref="GroupKind.Attention"/> group sum; null for other groups.</summary>
    public ScoreMatrix? Scores { get; init; }

    /// <summary>Whether only sums of columns may be members, as they are shared among workers in another way.</summary>
    public bool SumsColumnsAlone { get; init; }

    /// <summary>Members, operands before users.</summary>
    public List<Node> Members { get; } = [];

    /// <summary>Members computed at whatever index the reduction reads them, never stored.</summary>
    public HashSet<Node> Prologue { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Members of other groups that this one computes for itself rather than read them.</summary>
    public HashSet<Node> Recomputed { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Members with one value per row of a <see cref="GroupKind.Rows"/> group.</summary>
    public HashSet<Node> RowLevel { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Stretches of rows that <see cref="StretchLevel"/> members combine, one a task; null without such members.</summary>
    public long? Stretches { get; set; }

    /// <summary>Members with one value per stretch of rows and column, complete only when the kernel ends.</summary>
    public HashSet<Node> StretchLevel { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Concatenations: never computed, their parts, members or not, are stored where they stand in the whole.</summary>
    public HashSet<Node> Assembled { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Members some other group or the caller reads; decided when grouping is complete.</summary>
    public List<Node> Stored { get; } = [];

    /// <summary>Moves all members of a group here, their operands before these members' users.</summary>
    internal void TakeIn(FusionGroup other)
    {
        Members.InsertRange(0, other.Members);
        RowLevel.UnionWith(other.RowLevel);
        StretchLevel.UnionWith(other.StretchLevel);
        Recomputed.UnionWith(other.Recomputed);
        Assembled.UnionWith(other.Assembled);
        Stretches ??= other.Stretches;
        other.Members.Clear();
    }

    public override string ToString() => $"group {Id} ({Kind} {Rows}×{Geometry?.Columns ?? 1}: {string.Join(", ", Members.Select(m => m.Op.Name))})";
}

/// <summary>Why the edge from <paramref name="Producer"/> to <paramref name="Consumer"/> was fused, or was not.</summary>
public sealed record FusionDecision(Node Producer, Node Consumer, bool Fused, string Reason)
{
    public override string ToString() =>
        $"{(Fused ? "fused    " : "not fused")} {Describe(Producer)} → {Describe(Consumer)}: {Reason}";

    private static string Describe(Node node) =>
        $"{node.Op.Name}{node.Shape}{(node.Scope.Length > 0 ? $" in {node.Scope}" : "")}{(node.Source.IsKnown ? $" at {node.Source}" : "")}";
}
