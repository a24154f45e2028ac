using GraphForge.Compiler.Loops;

namespace GraphForge.Compiler.Emit;

/// <summary>Whether 32 bits are enough for every index of a kernel and all it is added up from: a device divides those several times as fast.</summary>
internal static class IndexWidth
{
    public static bool FitsInt(LoopKernel kernel) =>
        kernel.Arguments.All(a => a.Count <= int.MaxValue) &&
        StatementWalk.All(kernel.Body).SelectMany(s => StatementWalk.Indices(s)
            .Concat(StatementWalk.Expressions(s).SelectMany(e => e.DescendantsAndSelf()).SelectMany(e => e.Indices)))
            .Distinct().All(i => Largest(i) <= int.MaxValue);

    /// <summary>The largest magnitude of any intermediate value.</summary>
    private static double Largest(IndexExpr index) => Math.Abs((double)index.Constant) + index.Terms.Sum(t => Math.Abs((double)t.Coefficient) * Largest(t.Atom));

    private static double Largest(IndexAtom atom) => atom switch
    {
        FloorDivAtom d => Largest(d.Value),
        ModAtom m => Largest(m.Value),
        _ => Math.Max(Math.Abs((double)atom.Minimum), Math.Abs((double)atom.Maximum)),
    };
}
