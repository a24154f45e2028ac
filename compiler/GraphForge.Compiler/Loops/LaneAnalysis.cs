using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops;

/// <summary>Whether and how wide a set of expressions can be computed one lane per value of a variable.</summary>
public static class LaneAnalysis
{
    /// <summary>
    /// Lanes for a register of <paramref name="vectorBytes"/>, or 1. All values that differ between lanes must be of one
    /// width (bool and uint8 adapt), since one register holds one value of each lane.
    /// </summary>
    public static int LanesFor(IEnumerable<Expr> values, LoopVar lane, int vectorBytes)
    {
        var roots = values.ToArray();
        var width = 0;
        var all = roots.SelectMany(v => v.DescendantsAndSelf()).Distinct(ReferenceEqualityComparer.Instance).Cast<Expr>().ToArray();
        var positions = ConvertedPositions(all);
        positions.ExceptWith(roots);
        foreach (var expr in all)
        {
            if (positions.Contains(expr)) continue;
            if (!Varies(expr, lane) && !roots.Contains(expr)) continue;
            if (Varies(expr, lane) && !IsSupported(expr)) return 1;
            if (expr.Type is DType.Bool or DType.UInt8) continue;
            if (width != 0 && width != expr.Type.Size()) return 1;
            width = expr.Type.Size();
        }
        return vectorBytes / (width == 0 ? 4 : width);
    }

    /// <summary>Arg reductions of which only a narrow conversion is used: lanes can keep their positions as int32.</summary>
    private static HashSet<Expr> ConvertedPositions(Expr[] all)
    {
        var positions = all.OfType<ConvertExpr>().Where(IsNarrowPosition).Select(c => c.Operand).ToHashSet();
        positions.ExceptWith(all.Where(e => e is not ConvertExpr c || !IsNarrowPosition(c)).SelectMany(e => e.Operands));
        return positions;
    }

    /// <summary>Whether the expression is the position an arg reduction finds, as a type no wider than int32.</summary>
    public static bool IsNarrowPosition(ConvertExpr convert) =>
        convert is { Operand: ReduceExpr { IsArg: true, Body.Type: DType.Float32 or DType.Int32 }, Type: DType.UInt8 or DType.Int32 };

    /// <summary>Whether the value differs between lanes.</summary>
    public static bool Varies(Expr expr, LoopVar lane) => expr.Variables.Contains(lane);

    /// <summary>How many of the loads in <paramref name="values"/> read neighbouring elements (or one element) along a variable.</summary>
    public static double Contiguity(IEnumerable<Expr> values, LoopVar variable)
    {
        var loads = values.SelectMany(v => v.DescendantsAndSelf()).OfType<LoadExpr>().Distinct().ToArray();
        if (loads.Length == 0) return 1;
        return loads.Average(l => !l.Index.Variables.Contains(variable) ? 0.5 : IsContiguous(l.Index, variable) ? 1 : 0);
    }

    public static bool IsContiguous(IndexExpr index, LoopVar variable) =>
        index.Coefficient(variable) == 1 && IsAffine(index, variable);

    /// <summary>Whether the variable occurs in the index only as a multiple of itself.</summary>
    public static bool IsAffine(IndexExpr index, LoopVar variable) =>
        index.Terms.All(t => t.Atom is LoopVar || !((IndexExpr)t.Atom).Variables.Contains(variable));

    private static bool IsSupported(Expr expr) => expr switch
    {
        UnaryExpr u => u.Type.IsFloat() || u.Type is DType.Bool ||
            u.Type is not DType.UInt8 && u.Function is UnaryFunction.Negate or UnaryFunction.Absolute or UnaryFunction.Not,
        BinaryExpr { Function: BinaryFunction.Remainder } => false,
        BinaryExpr { Function: BinaryFunction.Divide or BinaryFunction.Power or BinaryFunction.Atan2 } b => b.Type.IsFloat(),
        BinaryExpr { Function: BinaryFunction.And or BinaryFunction.Or or BinaryFunction.Xor } => true,
        BinaryExpr b => b.Left.Type is not DType.UInt8 || b.Type is DType.Bool,
        ReduceExpr { IsArg: true } => false,
        ReduceExpr r => r.Type is not (DType.UInt8 or DType.Bool),
        ConvertExpr c => c.Operand.Type is not DType.UInt8 || c.Type.Size() == 4,
        _ => true,
    };
}
