using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>Operands that are zero where a guard does not hold: a step of the sum adds nothing then.</summary>
internal static class GuardedSum
{
    /// <summary>The guard, null for none, and the value where it holds.</summary>
    public static (Expr? Guard, Expr Value) Split(Expr operand)
    {
        Expr? guard = null;
        while (operand is SelectExpr { IsStrict: false, WhenFalse: ConstantExpr { Value: var zero } } select && zero.Equals(Scalar.Of(zero.DType, 0L)))
        {
            guard = guard is null ? select.Condition : new BinaryExpr(BinaryFunction.And, guard, select.Condition);
            operand = select.WhenTrue;
        }
        return (guard, operand);
    }

    /// <summary>The shape with its guard beside the operand, where that depends on nothing but the batch and outer steps of the sum.</summary>
    public static ContractionShape Apart(ContractionShape shape)
    {
        if (shape.Terms is not [var term] || Split(term.VectorOperand) is not ({ } guard, var value)) return shape;
        var known = shape.Batch.Concat(shape.Summed.SkipLast(1)).ToHashSet();
        return guard.Variables.All(known.Contains) ? shape with { Terms = [term with { VectorOperand = value }], Guard = guard } : shape;
    }
}
