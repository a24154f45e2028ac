using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops.Schedules.Attention;

/// <summary>
/// Finds a guard, such as key ≤ row, where it fails nothing changes any sum: scores are -∞ where a maximum is taken and 0 where
/// they are added up. Keys that it fails for in all rows of a block need not be looked at. The bound may be read from memory, as the
/// number of keys a cache holds is.
/// </summary>
internal sealed class KeyLimit
{
    private readonly ScoreDomain _scores;
    private readonly IReadOnlyList<StoreDefinition> _stores;

    private KeyLimit(KernelDefinition definition) => (_scores, _stores) = (definition.Scores!, definition.Stores);

    /// <summary>The first key behind all those a row needs, as a function of the row; null where all keys are needed.</summary>
    public static IndexExpr? Of(KernelDefinition definition)
    {
        var limit = new KeyLimit(definition);
        var guards = definition.Stores.SelectMany(s => s.Value.DescendantsAndSelf()).Where(e => e is InBoundsExpr or BinaryExpr { Type: DType.Bool }).Distinct();
        return guards.Select(g => (Guard: g, Limit: limit.LimitBy(g)))
            .FirstOrDefault(g => g.Limit is not null && new WithoutGuard(g.Guard, limit._scores).LeavesSums(limit._stores)).Limit;
    }

    private IndexExpr? LimitBy(Expr guard) => guard switch
    {
        InBoundsExpr bounds => LimitBy(bounds),
        BinaryExpr { Function: BinaryFunction.Less, Left: IndexValueExpr key, Right: var bound } => LimitBy(key.Index, bound, 0),
        BinaryExpr { Function: BinaryFunction.LessOrEqual, Left: IndexValueExpr key, Right: var bound } => LimitBy(key.Index, bound, 1),
        _ => null,
    };

    /// <summary>Low ≤ a·row − key + b, where the upper bound always holds.</summary>
    private IndexExpr? LimitBy(InBoundsExpr guard)
    {
        if (guard.Index.Coefficient(_scores.Key) != -1 || guard.Index.Coefficient(_scores.Row) < 0 || guard.Index.Maximum >= guard.High) return null;
        return LaneAnalysis.IsAffine(guard.Index, _scores.Key) && LaneAnalysis.IsAffine(guard.Index, _scores.Row)
            ? guard.Index + _scores.Key - guard.Low + 1
            : null;
    }

    /// <summary>key + a &lt; bound + more, the bound being known at run time.</summary>
    private IndexExpr? LimitBy(IndexExpr key, Expr bound, long more)
    {
        if (!(key - _scores.Key).IsConstant || bound.Type is not (DType.Int32 or DType.Int64)) return null;
        bound = WithRowValues(bound);
        if (bound.Variables.Contains(_scores.Key) || !GrowsWithRow(bound)) return null;
        var end = new BinaryExpr(BinaryFunction.Add, bound, new ConstantExpr(Scalar.Of(bound.Type, more - (key - _scores.Key).Constant)));
        return new DataAtom(end, _scores.Key.Extent + 1);
    }

    /// <summary>Values of a row as the kernel computes them.</summary>
    private Expr WithRowValues(Expr value) => value.Rewrite(e => e is LoadExpr load && _scores.Locals.Contains(load.Buffer) &&
        _stores.First(s => s.Buffer == load.Buffer) is { } store && !_scores.IsMatrix(store) && ScorePass.ReductionIn(store) is null
        ? WithRowValues(store.Value)
        : e);

    /// <summary>Whether the last row of a block has the greatest bound.</summary>
    private bool GrowsWithRow(Expr bound) => bound switch
    {
        _ when !bound.Variables.Contains(_scores.Row) => true,
        IndexValueExpr position => position.Index.Coefficient(_scores.Row) >= 0 && LaneAnalysis.IsAffine(position.Index, _scores.Row),
        BinaryExpr { Function: BinaryFunction.Add } sum => GrowsWithRow(sum.Left) && GrowsWithRow(sum.Right),
        _ => false,
    };

    /// <summary>What is known of values where a guard fails, all other numbers being finite.</summary>
    private sealed class WithoutGuard(Expr guard, ScoreDomain scores)
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
            _ when value.Equals(guard) => 0,
            ConstantExpr constant => constant.Value.DType == DType.Bool ? constant.Value.AsBool ? 1 : 0 : constant.Value.AsDouble,
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
            BinaryFunction.Add when a == double.NegativeInfinity || b == double.NegativeInfinity => double.NegativeInfinity,
            BinaryFunction.Add when a is 0 && b is 0 => 0,
            BinaryFunction.Subtract when a == double.NegativeInfinity => double.NegativeInfinity,
            BinaryFunction.Subtract when a is 0 && b is 0 => 0,
            _ => null,
        };
    }
}
