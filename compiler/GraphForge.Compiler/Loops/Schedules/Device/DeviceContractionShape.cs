namespace GraphForge.Compiler.Loops.Schedules.Device;

/// <summary>
/// Contractions that share an operand, their axes sorted by who varies with them. Rows, columns and summed elements are each one
/// dense number, from which the axes are found again where elements are loaded: whatever the window, stride or permutation, tiles
/// are matrices.
/// </summary>
/// <param name="Contraction">Stores, sums and axes.</param>
/// <param name="Shared">The operand of all sums, which varies along rows.</param>
/// <param name="Own">The other operand of each sum, which varies along columns.</param>
internal sealed record DeviceContractionShape(CollapsedContraction Contraction, Expr Shared, IReadOnlyList<Expr> Own)
{
    /// <summary>Result axes along which both operands vary.</summary>
    public IReadOnlyList<LoopVar> Batch { get; } = [.. Contraction.Results.Where(v => Shared.Variables.Contains(v) && Own.Any(o => o.Variables.Contains(v)))];

    /// <summary>Result axes along which no own operand varies.</summary>
    public IReadOnlyList<LoopVar> Rows { get; } = [.. Contraction.Results.Where(v => !Own.Any(o => o.Variables.Contains(v)))];

    /// <summary>Result axes along which the shared operand does not vary, but another does.</summary>
    public IReadOnlyList<LoopVar> Columns { get; } = [.. Contraction.Results.Where(v => !Shared.Variables.Contains(v) && Own.Any(o => o.Variables.Contains(v)))];

    public IReadOnlyList<LoopVar> Summed => Contraction.Summed;

    public long BatchCount => Count(Batch);

    public long RowCount => Count(Rows);

    public long ColumnCount => Count(Columns);

    public long SummedCount => Count(Summed);

    /// <summary>Whether neighbours of the result are neighbouring columns, and not rows.</summary>
    public bool ColumnsAreNeighbours => Columns.Count > 0 && (Contraction.Results[^1] == Columns[^1] || !Rows.Contains(Contraction.Results[^1]));

    /// <summary>Null where the kernel is no contraction, or its sums share no operand.</summary>
    public static DeviceContractionShape? Of(KernelDefinition definition)
    {
        if (definition.Serial is not null || CollapsedContraction.Of(definition) is not { } contraction) return null;
        var first = contraction.Product(0);
        var innermost = contraction.Results[^1];
        // The operand that varies along the innermost result is better the own one: its neighbours are read and stored together.
        Expr[] candidates = first.Right.Variables.Contains(innermost) ? [first.Left, first.Right] : [first.Right, first.Left];
        foreach (var shared in candidates)
        {
            var own = contraction.Sums.Select((_, i) => contraction.Product(i)).Select(p => p.Left.Equals(shared) ? p.Right : p.Right.Equals(shared) ? p.Left : null).ToArray();
            if (own.All(o => o is not null)) return new DeviceContractionShape(contraction, shared, own!);
        }
        return null;
    }

    private static long Count(IReadOnlyList<LoopVar> axes) => axes.Aggregate(1L, (p, v) => p * v.Extent);
}
