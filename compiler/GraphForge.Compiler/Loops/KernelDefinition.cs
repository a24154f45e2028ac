namespace GraphForge.Compiler.Loops;

/// <summary>One result of a kernel: for every value of <paramref name="Domain"/>, buffer[index] = value.</summary>
/// <param name="Domain">Loop variables, outermost first.</param>
/// <param name="Buffer">Where the value goes.</param>
/// <param name="Index">Linear element index over the domain.</param>
/// <param name="Value">The value; reductions are still expressions.</param>
public sealed record StoreDefinition(IReadOnlyList<LoopVar> Domain, LoopBuffer Buffer, IndexExpr Index, Expr Value)
{
    /// <summary>How values meant for one element are combined, in the order of the domain; null where each has an element of its own.</summary>
    public ReduceFunction? Combine { get; init; }

    public StoreDefinition Substitute(IReadOnlyList<LoopVar> domain, IReadOnlyDictionary<LoopVar, IndexExpr> values) =>
        this with { Domain = domain, Index = Index.Substitute(values), Value = Value.Substitute(values) };
}

/// <summary>
/// Iterations inside a kernel: every element is set up, then the stores run for one value of the counter after another. No
/// task reads what another one writes, so tasks need not wait for each other between iterations.
/// </summary>
/// <param name="Counter">Free in the kernel's stores.</param>
/// <param name="Before">Stores that run once, over the same domain.</param>
public sealed record SerialLoop(LoopVar Counter, IReadOnlyList<StoreDefinition> Before);

/// <summary>
/// Values that exist within a kernel only: one for every row and key of a matrix, or one for every row. Stores define them
/// before they are used; a schedule computes them in tiles, in scratch memory.
/// </summary>
/// <param name="Row">Which row, within the kernel's leading domain variables.</param>
/// <param name="Key">Which element of the row.</param>
/// <param name="Locals">Their buffers: [rows, row, key] or [rows, row], row-major, and read at the place they are used only.</param>
public sealed record ScoreDomain(LoopVar Row, LoopVar Key, IReadOnlySet<LoopBuffer> Locals)
{
    /// <summary>Whether a store has a value for every row and key.</summary>
    public bool IsMatrix(StoreDefinition store) => Locals.Contains(store.Buffer) && store.Domain[^1] == Key;
}

/// <summary>What a kernel computes, before any decision how.</summary>
/// <param name="Name">Method name.</param>
/// <param name="Summary">Header lines for the generated code.</param>
/// <param name="Rows">
/// Leading domain variables that every store shares; the work is shared among workers along these, or, where stores combine
/// values along the last of them, along the others.
/// </param>
/// <param name="Stores">Results.</param>
/// <param name="Arguments">Buffers in argument order.</param>
public sealed record KernelDefinition(
    string Name, IReadOnlyList<string> Summary, IReadOnlyList<LoopVar> Rows, IReadOnlyList<StoreDefinition> Stores,
    IReadOnlyList<LoopBuffer> Arguments)
{
    /// <summary>Counters of the plan's loops around the kernel, outermost first; the work reads them and never changes them.</summary>
    public IReadOnlyList<LoopVar> Counters { get; init; } = [];

    /// <summary>The loop around the stores within each task; null for work done once.</summary>
    public SerialLoop? Serial { get; init; }

    /// <summary>The matrix that stores define and sum; null for kernels without one.</summary>
    public ScoreDomain? Scores { get; init; }

    /// <summary>Stores whose values outlive the kernel.</summary>
    public IEnumerable<StoreDefinition> Results => Scores is null ? Stores : Stores.Where(s => !Scores.Locals.Contains(s.Buffer));

    /// <summary>How often each store runs.</summary>
    public long Repeats => Serial?.Counter.Extent ?? 1;

    /// <summary>Every reduction in the stored values, inner ones first, each once.</summary>
    public IReadOnlyList<ReduceExpr> Reductions() =>
        Stores.SelectMany(s => s.Value.DescendantsAndSelf()).OfType<ReduceExpr>().Distinct().ToArray();
}
