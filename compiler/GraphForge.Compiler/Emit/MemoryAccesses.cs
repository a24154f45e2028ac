using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Emit;

/// <summary>Which memory a statement touches, for hoisting address arithmetic.</summary>
internal static class MemoryAccesses
{
    /// <summary>Loads and stores at the top level of expressions, in order, each once; guarded ones included.</summary>
    public static IEnumerable<(LoopBuffer Buffer, IndexExpr Index)> In(Statement body) => StatementWalk.All(body)
        .SelectMany(s => StatementWalk.Expressions(s).SelectMany(e => e.DescendantsAndSelf()).OfType<LoadExpr>()
            .Select(l => (l.Buffer, l.Index)).Concat(Places(s)))
        .Distinct();

    /// <summary>What a statement reads or writes, but for what it declares itself, each once and in order.</summary>
    public static IReadOnlyList<LoopBuffer> Buffers(Statement body)
    {
        var inside = StatementWalk.All(body).OfType<Allocate>().Select(a => a.Buffer).ToHashSet();
        return [.. StatementWalk.All(body).SelectMany(s => Places(s).Select(p => p.Buffer)
                .Concat(StatementWalk.Expressions(s).SelectMany(Loads.Of).Concat(StatementWalk.Indices(s).SelectMany(Loads.Of)).Select(l => l.Buffer)))
            .Where(b => !inside.Contains(b)).Distinct()];
    }

    private static (LoopBuffer Buffer, IndexExpr Index)[] Places(Statement statement) => statement switch
    {
        Store store => [(store.Buffer, store.Index)],
        Prefetch prefetch => [(prefetch.Buffer, prefetch.Index)],
        Transpose { Target: var target, Source: var source } => [(target.Buffer, target.Start), (source.Buffer, source.Start)],
        _ => [],
    };

    /// <summary>Divisions and remainders in any index or loop limit, inner ones first, each once; none that read data, and none of a routine, which knows its own.</summary>
    public static IEnumerable<IndexAtom> Divisions(Statement body) => StatementWalk.Around(body).SelectMany(s =>
        StatementWalk.Expressions(s).SelectMany(e => e.DescendantsAndSelf()).SelectMany(e => e.Indices)
            .Concat(StatementWalk.Indices(s)))
        .Distinct().SelectMany(Divisions).Distinct();

    private static IEnumerable<IndexAtom> Divisions(IndexExpr index) => index.Terms.SelectMany(t => t.Atom switch
    {
        FloorDivAtom d => Divisions(d.Value).Append(d),
        ModAtom m => Divisions(m.Value).Append(m),
        _ => Enumerable.Empty<IndexAtom>(),
    }).Where(a => !Loads.Of((IndexExpr)a).Any());

    /// <summary>Whether a loop inside <paramref name="body"/> declares the variable.</summary>
    public static bool Binds(Statement body, LoopVar variable) =>
        StatementWalk.All(body).Any(s => s is For f && f.Variable == variable);
}
