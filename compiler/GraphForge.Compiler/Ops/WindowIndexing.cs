using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Ops;

/// <summary>An index and the condition under which it is inside its tensor, a constant where ranges decide it.</summary>
internal readonly record struct GuardedIndex(IndexExpr[] Index, Expr Inside)
{
    /// <summary><paramref name="value"/> where the index is inside, zero elsewhere.</summary>
    public Expr OrZero(Expr value) => SelectExpr.Of(Inside, value, ConstantExpr.Zero(value.Type));
}

/// <summary>
/// Index arithmetic between windows, positions in a window, and elements: element = window·stride + position·dilation −
/// padLow in every axis of a <see cref="WindowGeometry"/>.
/// </summary>
internal static class WindowIndexing
{
    private static readonly Expr True = new ConstantExpr(Scalar.Of(true));

    /// <summary>A variable for the position in a window, an axis each.</summary>
    public static LoopVar[] PositionVariables(this WindowGeometry windows) => Variables('k', windows.Kernel);

    /// <summary>
    /// Spatial loop variables, an extent each, named as in the field: depth, height and width for up to three axes.
    /// </summary>
    public static LoopVar[] Variables(char prefix, IReadOnlyList<long> extents) =>
    [
        .. extents.Select((extent, axis) =>
            new LoopVar(extents.Count <= 3 ? $"{prefix}{"dhw"[3 - extents.Count + axis]}" : $"{prefix}{axis}", extent)),
    ];

    /// <summary>Row-major number of a position in its window.</summary>
    public static IndexExpr FlatPosition(this WindowGeometry windows, ReadOnlySpan<IndexExpr> position) =>
        IndexExpr.Linear(position, Shape.Of(windows.Kernel.AsSpan()).Strides());

    /// <summary>The element at <paramref name="position"/> of <paramref name="window"/>; outside where it is padding.</summary>
    public static GuardedIndex Element(
        this WindowGeometry windows, ReadOnlySpan<IndexExpr> window, ReadOnlySpan<IndexExpr> position, ReadOnlySpan<Dim> extents)
    {
        var index = new IndexExpr[windows.Rank];
        var inside = True;
        for (var axis = 0; axis < windows.Rank; axis++)
        {
            index[axis] = window[axis] * windows.Stride[axis] + position[axis] * windows.Dilation[axis] - windows.PadLow[axis];
            inside = And(inside, InBoundsExpr.Of(index[axis], 0, extents[axis].Value));
        }
        return new GuardedIndex(index, inside);
    }

    /// <summary>
    /// The window that has <paramref name="element"/> at <paramref name="position"/>; outside where there is none. The
    /// inverse of <see cref="Element"/>: element + padLow − position·dilation must be a multiple of the stride.
    /// </summary>
    /// <param name="windows">The windows.</param>
    /// <param name="element">One index an axis.</param>
    /// <param name="position">One index an axis.</param>
    /// <param name="counts">Number of windows an axis.</param>
    public static GuardedIndex Window(
        this WindowGeometry windows, ReadOnlySpan<IndexExpr> element, ReadOnlySpan<IndexExpr> position, ReadOnlySpan<Dim> counts)
    {
        var index = new IndexExpr[windows.Rank];
        var inside = True;
        for (var axis = 0; axis < windows.Rank; axis++)
        {
            (index[axis], var valid) = Window(windows, axis, element[axis], position[axis], counts[axis].Value);
            inside = And(inside, valid);
        }
        return new GuardedIndex(index, inside);
    }

    /// <summary>
    /// The windows that hold <paramref name="element"/>, as a function of variables to reduce over. In a disjoint axis
    /// there is at most one, found by division, and nothing to reduce.
    /// </summary>
    public static (GuardedIndex Window, IndexExpr[] Position, LoopVar[] Reduced) Holders(
        this WindowGeometry windows, ReadOnlySpan<IndexExpr> element, ReadOnlySpan<Dim> counts)
    {
        var variables = windows.PositionVariables();
        var (index, position) = (new IndexExpr[windows.Rank], new IndexExpr[windows.Rank]);
        var inside = True;
        for (var axis = 0; axis < windows.Rank; axis++)
        {
            var disjoint = windows.IsDisjoint(axis);
            var fromStart = element[axis] + windows.PadLow[axis];
            position[axis] = disjoint ? fromStart % windows.Stride[axis] : variables[axis];
            (index[axis], var valid) = disjoint
                ? (fromStart / windows.Stride[axis], And(
                    InBoundsExpr.Of(position[axis], 0, windows.Kernel[axis]),
                    InBoundsExpr.Of(fromStart / windows.Stride[axis], 0, counts[axis].Value)))
                : Window(windows, axis, element[axis], position[axis], counts[axis].Value);
            inside = And(inside, valid);
        }
        var reduced = variables.Where((_, axis) => !windows.IsDisjoint(axis)).ToArray();
        return (new GuardedIndex(index, inside), position, reduced);
    }

    private static (IndexExpr Window, Expr Valid) Window(
        WindowGeometry windows, int axis, IndexExpr element, IndexExpr position, long count)
    {
        var start = element + windows.PadLow[axis] - position * windows.Dilation[axis];
        var window = start / windows.Stride[axis];
        return (window, And(IsZero(start % windows.Stride[axis]), InBoundsExpr.Of(window, 0, count)));
    }

    /// <summary>Both; constants vanish.</summary>
    public static Expr And(Expr left, Expr right) => (left, right) switch
    {
        (ConstantExpr c, _) => c.Value.AsBool ? right : left,
        (_, ConstantExpr c) => c.Value.AsBool ? left : right,
        _ => new BinaryExpr(BinaryFunction.And, left, right),
    };

    private static Expr IsZero(IndexExpr index) => index.IsConstant
        ? new ConstantExpr(Scalar.Of(index.Constant == 0))
        : new BinaryExpr(BinaryFunction.Equal,
            new IndexValueExpr(index, DType.Int64), ConstantExpr.Zero(DType.Int64));
}
