using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Emit;

/// <summary>Which memory a statement touches, for hoisting address arithmetic.</summary>
internal static class MemoryAccesses
{
    /// <summary>Loads and stores at the top level of expressions, in order, each once; guarded ones included.</summary>
    public static IEnumerable<(LoopBuffer Buffer, IndexExpr Index)> In(Statement body) => StatementWalk.All(body)
        .SelectMany(s => StatementWalk.Expressions(s).SelectMany(e => e.DescendantsAndSelf()).OfType<LoadExpr>()
            .Select(l => (l.Buffer, l.Index)).Concat(s is Store store ? [(store.Buffer, store.Index)] : []))
        .Distinct();

    /// <summary>Whether a loop inside <paramref name="body"/> declares the variable.</summary>
    public static bool Binds(Statement body, LoopVar variable) =>
        StatementWalk.All(body).Any(s => s is For f && f.Variable == variable);
}
