namespace GraphForge.Compiler.Loops.Schedules;

/// <summary>Operands that are zero where a guard does not hold: a step of the sum adds nothing then.</summary>
internal static class GuardedSum
{
    /// <summary>The guard, null for none, and the value where it holds.</summary>
    public static (Expr? Guard, Expr Value) Split(Expr operand)
    {
        var padded = PaddedValue.Of(operand);
        return padded.Fill is { IsZero: true }
            ? (padded.Conditions.Aggregate((all, condition) => new BinaryExpr(BinaryFunction.And, all, condition)), padded.Value)
            : (null, operand);
    }

    /// <summary>The shape with its guard beside the operand, where that depends on nothing but the batch and outer steps of the sum.</summary>
    public static ContractionShape Apart(ContractionShape shape)
    {
        if (shape.Terms is not [var term] || Split(term.VectorOperand) is not ({ } guard, var value)) return shape;
        var known = shape.Batch.Concat(shape.Summed.SkipLast(1)).ToHashSet();
        return guard.Variables.All(known.Contains) ? shape with { Terms = [term with { VectorOperand = value }], Guard = guard } : shape;
    }
}
