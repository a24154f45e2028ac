namespace GraphForge.Compiler.Loops.Schedules.Device.Attention;

/// <summary>The factors of sums in attention.</summary>
internal static class ScoreFactors
{
    /// <summary>The score, which is a local value, and the other operand of a sum over scores.</summary>
    public static (Expr Score, Expr Operand) Of(ReduceExpr sum, ScoreDomain scores)
    {
        var product = (BinaryExpr)sum.Body;
        return product.Left is LoadExpr left && scores.Locals.Contains(left.Buffer) ? (product.Left, product.Right) : (product.Right, product.Left);
    }

    /// <summary>The operands of a sum that makes a score: the one along an axis, and the one across it.</summary>
    public static (Expr Along, Expr Across) Of(ReduceExpr sum, LoopVar along, LoopVar across)
    {
        var product = (BinaryExpr)sum.Body;
        return product.Left.Variables.Contains(across) || product.Right.Variables.Contains(along) ? (product.Right, product.Left) : (product.Left, product.Right);
    }
}
