using GraphForge.Compiler.Emit.Targets;

namespace GraphForge.Compiler.Loops.Schedules.Winograd;

/// <summary>
/// A kernel of the form Σ_a A[i, a] · (Σ_k L · R), where L, and R or not, is Σ_q B[a, q] · x(q): products of transformed tiles,
/// transformed back. Tiles are numbered by some variables; either they are result variables besides (a convolution), or the
/// product is summed over them (its weight gradient).
/// </summary>
/// <param name="Stores">Results over the kernel's rows.</param>
/// <param name="Rows">Result variables, outermost first.</param>
/// <param name="Root">The transformed product inside the stored values.</param>
/// <param name="Back">The transforms of the product.</param>
/// <param name="Product">The sum of products.</param>
/// <param name="Left">The factor that does not vary along <see cref="Vector"/>.</param>
/// <param name="Right">The other factor; without transforms where it holds transformed weights.</param>
/// <param name="Lanes">Elements of a register.</param>
internal sealed record WinogradShape(
    IReadOnlyList<StoreDefinition> Stores, IReadOnlyList<LoopVar> Rows, ReduceExpr Root, IReadOnlyList<Transform> Back,
    ReduceExpr Product, TransformNest Left, TransformNest Right, int Lanes)
{
    public LoopVar Vector => Rows[^1];

    /// <summary>Whether the product is summed over the tiles.</summary>
    public bool SumsTiles => Right.Transforms.Count > 0;

    /// <summary>The variables that number the products, one a transform.</summary>
    public IReadOnlyList<LoopVar> Products => Back.Select(t => t.Column).ToArray();

    /// <summary>Number of products.</summary>
    public long ProductCount => Back.Aggregate(1L, (p, t) => p * t.Columns);

    /// <summary>The variable along which the left factor is contiguous: summed for a convolution, a result for a weight gradient.</summary>
    public LoopVar Channel => SumsTiles
        ? Rows.First(v => Left.Core.Variables.Contains(v) && !Right.Core.Variables.Contains(v))
        : Product.ReducedVariables[0];

    /// <summary>How the result variables follow from a tile and a position in it.</summary>
    public IReadOnlyList<ResultAxis> Axes => Rows.SkipLast(1).Where(v => v != Channel).Select(v => ResultAxis.Of(v, Back)).ToArray();

    /// <summary>Null for kernels of any other form.</summary>
    public static WinogradShape? Of(KernelDefinition definition, CpuTarget target)
    {
        var reductions = definition.Reductions();
        if (reductions.Count < 2 || definition.Rows.Count < 2 || definition.Serial is not null) return null;
        var root = reductions[^1];
        if (reductions.Except(root.DescendantsAndSelf().OfType<ReduceExpr>()).Any()) return null;
        var back = TransformNest.Of(root);
        if (back.Transforms.Count is 0 or > 2 || back.Core is not ReduceExpr { Function: ReduceFunction.Sum, Match: null } product) return null;
        if (product.Body is not BinaryExpr { Function: BinaryFunction.Multiply } factors) return null;
        var lanes = target.VectorBytes / Runtime.DTypes.Size(root.Type);
        var shape = new WinogradShape(definition.Stores, definition.Rows, root, back.Transforms, product,
            TransformNest.Of(factors.Left), TransformNest.Of(factors.Right), lanes);
        return lanes > 1 && shape.IsValid ? shape : null;
    }

    private bool IsValid
    {
        get
        {
            if (!IsProduct(Left) || SumsTiles && !IsProduct(Right)) return false;
            if (Left.Core.Variables.Contains(Vector) || !Right.Core.Variables.Contains(Vector)) return false;
            if (!SumsTiles && Product.ReducedVariables.Count != 1) return false;
            if (SumsTiles && Rows.Count(v => Left.Core.Variables.Contains(v) && !Right.Core.Variables.Contains(v)) != 1) return false;
            return Back.All(t => Rows.Any(v => ResultAxis.IsRow(v, t))) && Rows[^1] != Channel;
        }
    }

    /// <summary>Whether the factor is transformed into the products that <see cref="Back"/> takes.</summary>
    private bool IsProduct(TransformNest factor) => factor.Transforms.Select(t => t.Row).SequenceEqual(Back.Select(t => (IndexExpr)t.Column));
}

/// <summary>
/// A result variable as the sum of a tile's start and a position in the tile; of extent 1 where there is no transform along it.
/// </summary>
/// <param name="Variable">The result variable.</param>
/// <param name="Transform">Which transform gives the position; −1 for none.</param>
/// <param name="Size">Results of a tile.</param>
internal sealed record ResultAxis(LoopVar Variable, int Transform, long Size)
{
    public long Tiles => (Variable.Extent + Size - 1) / Size;

    public static ResultAxis Of(LoopVar variable, IReadOnlyList<Transform> back)
    {
        var transform = back.ToList().FindIndex(t => IsRow(variable, t));
        return new ResultAxis(variable, transform, transform < 0 ? 1 : back[transform].Rows);
    }

    /// <summary>Whether the row of a transform is the variable's place in its tile.</summary>
    public static bool IsRow(LoopVar variable, Transform transform) => transform.Row.Equals((IndexExpr)variable % transform.Rows);
}
