using GraphForge.Compiler.Graph;

namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>
/// Finds a guard, such as key ≤ row, where it fails nothing changes any sum: scores are -∞ where a maximum is taken and 0 where
/// they are added up. Keys that it fails for in all rows of a block need not be looked at.
/// </summary>
internal static class KeyLimit
{
    /// <summary>The first key behind all those a row needs, as a function of the row; null where all keys are needed.</summary>
    public static IndexExpr? Of(KernelDefinition definition)
    {
        var scores = definition.Scores!;
        foreach (var guard in definition.Stores.SelectMany(s => s.Value.DescendantsAndSelf()).OfType<InBoundsExpr>().Distinct())
            if (LimitBy(guard, scores) is { } limit && new WithoutGuard(guard, scores).LeavesSums(definition.Stores)) return limit;
        return null;
    }

    /// <summary>Low ≤ a·row − key + b, where the upper bound always holds.</summary>
    private static IndexExpr? LimitBy(InBoundsExpr guard, ScoreDomain scores)
    {
        if (guard.Index.Coefficient(scores.Key) != -1 || guard.Index.Coefficient(scores.Row) < 0 || guard.Index.Maximum >= guard.High) return null;
        return LaneAnalysis.IsAffine(guard.Index, scores.Key) && LaneAnalysis.IsAffine(guard.Index, scores.Row)
            ? guard.Index + scores.Key - guard.Low + 1
            : null;
    }

    /// <summary>What is known of values where a guard fails, all other numbers being finite.</summary>
    private sealed class WithoutGuard(InBoundsExpr guard, ScoreDomain scores)
    {
        private readonly Dictionary<LoopBuffer, double?> _locals = [];

        public bool LeavesSums(IEnumerable<StoreDefinition> stores)
        {
            foreach (var store in stores)
            {
                if (scores.IsMatrix(store)) _locals[store.Buffer] = ValueOf(store.Value);
                foreach (var reduce in store.Value.DescendantsAndSelf().OfType<ReduceExpr>().Where(Sums))
                    if (ValueOf(reduce.Body) is not { } value || !value.Equals(Reduction.Neutral(reduce.Function, reduce.Type).AsDouble)) return false;
            }
            return true;
        }

        private bool Sums(ReduceExpr reduce) => Loads.Of(reduce.Body).Any(l => _locals.ContainsKey(l.Buffer));

        private double? ValueOf(Expr value) => value switch
        {
            ConstantExpr constant => constant.Value.DType == Runtime.DType.Bool ? constant.Value.AsBool ? 1 : 0 : constant.Value.AsDouble,
            InBoundsExpr bounds when bounds.Equals(guard) => 0,
            LoadExpr load => _locals.GetValueOrDefault(load.Buffer),
            RoundExpr round => ValueOf(round.Operand),
            SelectExpr select => OfSelect(ValueOf(select.Condition), ValueOf(select.WhenTrue), ValueOf(select.WhenFalse)),
            UnaryExpr unary => OfUnary(unary.Function, ValueOf(unary.Operand)),
            BinaryExpr binary => OfBinary(binary.Function, ValueOf(binary.Left), ValueOf(binary.Right)),
            _ => null,
        };

        private static double? OfSelect(double? condition, double? whenTrue, double? whenFalse) =>
            condition is null ? whenTrue == whenFalse ? whenTrue : null : condition != 0 ? whenTrue : whenFalse;

        private static double? OfUnary(UnaryFunction function, double? x) => function switch
        {
            UnaryFunction.Negate => -x + 0.0,
            UnaryFunction.Exp when x == double.NegativeInfinity => 0,
            _ => null,
        };

        private static double? OfBinary(BinaryFunction function, double? a, double? b) => function switch
        {
            BinaryFunction.And when a == 0 || b == 0 => 0,
            BinaryFunction.Multiply when a == 0 || b == 0 => 0,
            BinaryFunction.Divide when a == 0 => 0,
            BinaryFunction.Add when a is 0 && b is 0 => 0,
            BinaryFunction.Add when a == double.NegativeInfinity || b == double.NegativeInfinity => double.NegativeInfinity,
            BinaryFunction.Subtract when a == double.NegativeInfinity => double.NegativeInfinity,
            BinaryFunction.Subtract when a is 0 && b is 0 => 0,
            _ => null,
        };
    }
}
