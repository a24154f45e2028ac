using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Loops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Emit;

/// <summary>Which accesses of a vector loop of a device are one access of four neighbours.</summary>
internal static class WideAccess
{
    public const int Lanes = 4;

    /// <summary>
    /// Whether the lanes touch four neighbours the first of which stands on a multiple of four: buffers do. Types of one byte are left
    /// out, as a bool is no byte once it is read.
    /// </summary>
    public static bool Is(LoopBuffer buffer, IndexExpr index, LoopVar lane) =>
        buffer.Type.Size() is 2 or 4 && LaneAnalysis.IsContiguous(index, lane) && First(index, lane) is var first &&
        first.Constant % Lanes == 0 && first.Terms.All(t => t.Coefficient % Lanes == 0);

    /// <summary>The index of the first lane.</summary>
    public static IndexExpr First(IndexExpr index, LoopVar lane) => index - (IndexExpr)lane;

    /// <summary>Type of four elements of a buffer.</summary>
    public static string TypeName(LoopBuffer buffer) => $"Four<{ScalarCode.StorageName(buffer.Type)}>";

    /// <summary>The loads of a value that are read whatever any condition says.</summary>
    public static IEnumerable<LoadExpr> Unguarded(Expr value) => value switch
    {
        LoadExpr load => [load],
        SelectExpr { IsGuard: true } => [],
        _ => value.Operands.SelectMany(Unguarded).Distinct(),
    };
}
