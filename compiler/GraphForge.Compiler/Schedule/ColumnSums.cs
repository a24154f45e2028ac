using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Schedule;

/// <summary>
/// A reduction over stretches of rows, one result a stretch and column: what the rows of a kernel can be combined into as they
/// are computed, a stretch a task.
/// </summary>
/// <param name="Stretches">Number of stretches.</param>
/// <param name="Rows">Rows in all.</param>
/// <param name="Columns">Columns of a row.</param>
public sealed record ColumnSums(long Stretches, long Rows, long Columns)
{
    public long Elements => Rows * Columns;

    /// <summary>Null for any other reduction.</summary>
    public static ColumnSums? Of(NodeAccesses accesses)
    {
        if (accesses.Node.Op is not ReductionOp || accesses.Node.Type.DType.IsHalf() || accesses.Node.Type.DType.Size() == 1) return null;
        foreach (var runs in AxisRuns.Of(accesses))
            if (runs is [(var stretches, false), (var rows, true), (var columns, false)])
            {
                var sums = new ColumnSums(stretches, stretches * rows, columns);
                if (accesses.Reads.All(r => sums.ReadsOwnColumn(accesses, r.Index))) return sums;
            }
        return null;
    }

    /// <summary>Whether a group has these rows and columns, and no other stretches.</summary>
    public bool Fit(FusionGroup group) => group.Geometry is { } geometry
        ? geometry == Geometry && (group.Stretches ?? Stretches) == Stretches
        : group.Kind == GroupKind.Map && group.Rows == Elements;

    /// <summary>The rows in row-major order.</summary>
    public RowGeometry Geometry => new(new EquatableArray<(long, bool)>([(Rows, false), (Columns, true)]));

    /// <summary>Whether a read of the reduction is of the elements of its stretch in its column.</summary>
    private bool ReadsOwnColumn(NodeAccesses accesses, IndexExpr index)
    {
        var row = accesses.Linear / Columns * (Rows / Stretches) + LoopIndices.Linear(accesses.Reduced);
        return index.Equals(row * Columns + accesses.Linear % Columns);
    }
}
