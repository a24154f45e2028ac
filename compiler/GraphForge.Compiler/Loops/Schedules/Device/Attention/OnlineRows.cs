using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops.Schedules.Attention;

namespace GraphForge.Compiler.Loops.Schedules.Device.Attention;

/// <summary>
/// Rows whose sums can be taken while their maximum is still being found (Milakov and Gimelshein, "Online normalizer calculation for
/// softmax", 2018): in every sum the maximum stands once, in a factor exp(score − maximum), so that what was added up so far is brought
/// to a new maximum by one factor. What is the same all along a row is taken out of the sums.
/// </summary>
/// <param name="View">The kernel with sums that need no result of another.</param>
/// <param name="Maximum">The running maximum; null where taking factors out is enough.</param>
/// <param name="Shift">Stands for the maximum so far, or 0 while that is -∞.</param>
/// <param name="Scaled">Results of the sums that follow the maximum.</param>
internal sealed record OnlineRows(ScoreView View, StoreDefinition? Maximum, LoopBuffer Shift, IReadOnlySet<LoopBuffer> Scaled)
{
    /// <summary>The kernel as it is where its rows are not of this kind.</summary>
    public static OnlineRows Of(ScoreView view)
    {
        var phases = new AttentionPhases(view);
        var asItIs = new OnlineRows(view, null, new LoopBuffer("none", Runtime.DType.Float32, 1), new HashSet<LoopBuffer>());
        if (view.OwnsKeys || phases.Count < 2) return asItIs;
        var maximum = view.Definition.Stores.FirstOrDefault(s =>
            phases.IsRowReduction(s) && phases.LevelOf(s) == 0 && s.Value is ReduceExpr { Function: ReduceFunction.Maximum });
        return new Search(view, phases, maximum).Run() ?? asItIs;
    }

    /// <summary>A value along a row: factor · rest, the rest holding the exponential of a score less the maximum, or not.</summary>
    private sealed record Parts(Expr? Factor, Expr? Rest, bool IsScaled)
    {
        public static Parts? Product(Parts? a, Parts? b) => a is null || b is null || a.IsScaled && b.IsScaled ? null
            : new Parts(Times(a.Factor, b.Factor), Times(a.Rest, b.Rest), a.IsScaled || b.IsScaled);

        public static Expr? Times(Expr? a, Expr? b) => a is null ? b : b is null ? a : new BinaryExpr(BinaryFunction.Multiply, a, b);
    }

    private sealed class Search(ScoreView view, AttentionPhases phases, StoreDefinition? maximum)
    {
        private readonly LoopBuffer _shift = new("shift", maximum?.Value.Type ?? Runtime.DType.Float32, maximum?.Buffer.Count ?? 1);
        private readonly Dictionary<Expr, LoopBuffer> _rests = [];
        private readonly List<StoreDefinition> _stores = [];
        private readonly HashSet<LoopBuffer> _scaled = [];

        public OnlineRows? Run()
        {
            foreach (var store in view.Definition.Stores)
            {
                var waits = ScorePass.ReductionIn(store) is not null && !view.IsMatrix(store) && phases.LevelOf(store) > 0;
                if (!waits) _stores.Add(store);
                else if (!TryAdd(store)) return null;
            }
            var locals = view.Scores.Locals.Concat(_rests.Values).Append(_shift).ToHashSet();
            var online = view with { Definition = view.Definition with { Stores = _stores, Scores = view.Scores with { Locals = locals } } };
            return new AttentionPhases(online).Count > 1 ? null : new OnlineRows(online, _scaled.Count > 0 ? maximum : null, _shift, _scaled);
        }

        private bool TryAdd(StoreDefinition store)
        {
            var sum = ScorePass.ReductionIn(store)!;
            if (sum.Function != ReduceFunction.Sum) return false;
            var (score, operand) = view.IsProduct(store) ? ScoreFactors.Of(sum, view.Scores) : (sum.Body, null);
            if (Split(score) is not { Rest: { } rest } parts) return false;
            if (parts.IsScaled) _scaled.Add(store.Buffer);
            var body = Parts.Times(Kept(rest), operand)!;
            _stores.Add(store with { Value = store.Value.Replace(sum, Parts.Times(new ReduceExpr(sum.Function, sum.ReducedVariables, body), parts.Factor)!) });
            return true;
        }

        private LoadExpr Kept(Expr rest)
        {
            if (rest is LoadExpr score && view.Scores.Locals.Contains(score.Buffer)) return score;
            var index = LoopIndices.Linear([.. view.Definition.Rows, view.Own, view.Other]);
            if (!_rests.TryGetValue(rest, out var local))
            {
                _rests[rest] = local = new LoopBuffer("weight", rest.Type, index.Maximum + 1);
                _stores.Add(new StoreDefinition([.. view.Definition.Rows, view.Own, view.Other], local, index, rest));
            }
            return new LoadExpr(local, index);
        }

        private Parts? Split(Expr value)
        {
            if (!Waits(value)) return new Parts(null, value, false);
            if (IsOfRow(value)) return new Parts(value, null, false);
            return value switch
            {
                LoadExpr load => Split(phases.DefinitionOf(load.Buffer).Value),
                BinaryExpr { Function: BinaryFunction.Multiply } product => Parts.Product(Split(product.Left), Split(product.Right)),
                BinaryExpr { Function: BinaryFunction.Divide } quotient when IsOfRow(quotient.Right) => Parts.Product(Split(quotient.Left),
                    new Parts(new BinaryExpr(BinaryFunction.Divide, new ConstantExpr(Scalar.Of(quotient.Type, 1.0)), quotient.Right), null, false)),
                UnaryExpr { Function: UnaryFunction.Exp, Operand: BinaryExpr { Function: BinaryFunction.Subtract } difference } when
                    !Waits(difference.Left) && IsMaximum(difference.Right) =>
                    new Parts(null, new UnaryExpr(UnaryFunction.Exp, new BinaryExpr(BinaryFunction.Subtract, difference.Left, Shifted)), true),
                SelectExpr select when !Waits(select.Condition) => Selected(select),
                _ => null,
            };
        }

        /// <summary>One branch and zero, as dropout makes them.</summary>
        private Parts? Selected(SelectExpr select)
        {
            var keepsFirst = select.WhenFalse is ConstantExpr { IsZero: true };
            if (!keepsFirst && select.WhenTrue is not ConstantExpr { IsZero: true }) return null;
            var (kept, zero) = keepsFirst ? (select.WhenTrue, select.WhenFalse) : (select.WhenFalse, select.WhenTrue);
            return Split(kept) is { Rest: { } rest } parts
                ? parts with { Rest = keepsFirst ? SelectExpr.Of(select.Condition, rest, zero) : SelectExpr.Of(select.Condition, zero, rest) }
                : null;
        }

        private LoadExpr Shifted => new(_shift, LoopIndices.Linear([.. view.Definition.Rows, view.Own]));

        /// <summary>The maximum itself, or what stands for it, which may be another value where it is -∞.</summary>
        private bool IsMaximum(Expr value) => maximum is not null && value switch
        {
            LoadExpr load when load.Buffer == maximum.Buffer => true,
            LoadExpr load when view.Scores.Locals.Contains(load.Buffer) => IsMaximum(phases.DefinitionOf(load.Buffer).Value),
            SelectExpr { Condition: BinaryExpr { Function: BinaryFunction.Equal } isInfinite } select => IsMaximum(select.WhenFalse) &&
                IsMaximum(isInfinite.Left) && isInfinite.Right is ConstantExpr { Value.AsDouble: double.NegativeInfinity },
            _ => false,
        };

        private bool Waits(Expr value) => Loads.Of(value).Any(l => view.Scores.Locals.Contains(l.Buffer) && phases.Known(l.Buffer) > 0);

        private bool IsOfRow(Expr value) => !value.Variables.Contains(view.Other) &&
            Loads.Of(value).All(l => !view.Scores.Locals.Contains(l.Buffer) || !view.IsMatrix(phases.DefinitionOf(l.Buffer)));
    }
}
