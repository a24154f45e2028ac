using GraphForge.Runtime;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>
/// The vector operands of a contraction as a panel holds them. Where they slide, so that a step along a summed variable is as good as some
/// steps along the vector axis (the windows of a convolution), a panel holds every column once and is read at each position in turn.
/// </summary>
/// <param name="Column">Axis of the panel: the vector axis, and the columns that windows reach beyond it.</param>
/// <param name="Values">Each operand over <paramref name="Column"/> and the summed variables but <paramref name="Position"/>.</param>
/// <param name="Position">The summed variable along which operands slide; null where they do not.</param>
/// <param name="Step">Columns from one position to the next; negative where windows are read from their end.</param>
internal sealed record PanelOperands(LoopVar Column, IReadOnlyList<Expr> Values, LoopVar? Position, long Step)
{
    /// <summary>
    /// A summed variable along which blocks of all operands can be transposed, since the neighbours of an element along it are neighbours in
    /// memory; null where there is none.
    /// </summary>
    public LoopVar? Turned { get; private init; }

    /// <summary>The operands that are elements of a buffer, or padding; null for each of another form.</summary>
    private IReadOnlyList<PaddedLoad?> Padded { get; } = [.. Values.Select(PaddedLoad.Of)];

    /// <summary>Columns beyond those of the vector axis.</summary>
    public long Reach => Position is null ? 0 : Math.Abs(Step) * (Position.Extent - 1);

    /// <summary>Column at which a position starts.</summary>
    public IndexExpr Start => Position is null ? 0 : (IndexExpr)Position * Step + (Step < 0 ? Reach : 0);

    public static PanelOperands Of(ContractionShape shape)
    {
        LoopVar[] summed = [.. shape.Summed.Where(v => shape.Guard?.Variables.Contains(v) != true)];
        var panel = summed.Where(v => v != shape.Summed[0] && v.Extent > 1).Select(v => Sliding(shape, v)).FirstOrDefault(p => p is not null)
            ?? new PanelOperands(shape.Vector, [.. shape.Terms.Select(t => t.VectorOperand)], null, 0);
        return panel with { Turned = shape.Type.Size() is 4 or 8 ? summed.LastOrDefault(v => v != panel.Position && panel.CanTurn(v, shape.Type)) : null };
    }

    /// <summary>Rows of a panel for so many elements of the sum.</summary>
    public long Rows(long summed) => summed / (Position?.Extent ?? 1);

    /// <summary>Columns of a panel for so many of the vector axis: whole vectors.</summary>
    public long Width(long columns, int lanes) => CeilingDivide(columns + Reach, lanes) * lanes;

    /// <summary>
    /// Whether a panel is made of transposed blocks. Where columns are padding it must be known which, so that it is the only panel or the
    /// last, and blocks must be whole: the zeros after a narrow one may be the next row's place.
    /// </summary>
    /// <param name="first">First column of the vector axis.</param>
    /// <param name="columns">Columns of the vector axis.</param>
    /// <param name="isOnly">Whether the first column is the same for every panel of this size.</param>
    /// <param name="lanes">Elements of a register.</param>
    public bool Turns(long first, long columns, bool isOnly, int lanes) => Turned is not null && Enumerable.Range(0, Values.Count).All(term =>
        Padded[term]!.Bounds.All(b => !b.Variables.Contains(Column)) ||
        isOnly && Inside(term, first, columns) is var (low, high) && high - low >= lanes);

    /// <summary>Columns of a panel that are no padding, counted from its first.</summary>
    /// <param name="term">Of which operand.</param>
    /// <param name="first">First column of the vector axis.</param>
    /// <param name="columns">Columns of the vector axis.</param>
    public (long Low, long High) Inside(int term, long first, long columns)
    {
        var (low, high) = Padded[term]!.Inside(Column)!.Value;
        return (Math.Clamp(low - first, 0, columns + Reach), Math.Clamp(high - first, 0, columns + Reach));
    }

    private bool CanTurn(LoopVar axis, DType type) => Padded.All(padded => padded is not null && padded.Load.Buffer.Type == type &&
        (padded.Bounds.Count == 0 || padded.Fill.IsZero) &&
        padded.Inside(Column) is not null && LaneAnalysis.IsAffine(padded.Load.Index, Column) &&
        LaneAnalysis.IsContiguous(padded.Load.Index, axis) && padded.Bounds.All(b => !b.Variables.Contains(axis)));

    private static PanelOperands? Sliding(ContractionShape shape, LoopVar position)
    {
        var index = Loads.Of(shape.Terms[0].VectorOperand).Select(l => l.Index).FirstOrDefault(i => i.Coefficient(shape.Vector) != 0);
        if (index is null || index.Coefficient(position) % index.Coefficient(shape.Vector) != 0) return null;
        var step = index.Coefficient(position) / index.Coefficient(shape.Vector);
        var reach = Math.Abs(step) * (position.Extent - 1);
        if (step == 0 || reach >= shape.Vector.Extent) return null;
        var column = new LoopVar("column", shape.Vector.Extent + reach);
        var place = new Dictionary<LoopVar, IndexExpr> { [shape.Vector] = (IndexExpr)column - (step < 0 ? reach : 0) - (IndexExpr)position * step };
        Expr[] values = [.. shape.Terms.Select(t => t.VectorOperand.Substitute(place))];
        return values.Any(v => v.Variables.Contains(position)) ? null : new PanelOperands(column, values, position, step);
    }
}
