using GraphForge.Compiler.Loops.Schedules.Attention;

namespace GraphForge.Compiler.Loops.Schedules.Device.Attention;

/// <summary>
/// How often a group goes through the other axis: what needs a reduction of whole rows waits for the next time, in which scores are
/// computed anew.
/// </summary>
internal sealed class AttentionPhases
{
    private readonly ScoreView _view;
    private readonly Dictionary<LoopBuffer, StoreDefinition> _locals = [];
    private readonly Dictionary<LoopBuffer, int> _known = [];

    public AttentionPhases(ScoreView view)
    {
        _view = view;
        foreach (var store in view.Definition.Stores.Where(s => view.Scores.Locals.Contains(s.Buffer)))
        {
            _locals[store.Buffer] = store;
            _known[store.Buffer] = LevelOf(store) + (IsRowReduction(store) ? 1 : 0);
        }
        Count = view.Definition.Stores.Where(s => IsRowReduction(s) || view.IsProduct(s)).Select(s => LevelOf(s) + 1).DefaultIfEmpty(0).Max();
    }

    public int Count { get; }

    /// <summary>The phase from which on a local value is known.</summary>
    public int Known(LoopBuffer local) => _known.GetValueOrDefault(local);

    public StoreDefinition DefinitionOf(LoopBuffer local) => _locals[local];

    public bool IsRowReduction(StoreDefinition store) => _view.IsRowLocal(store) && ScorePass.ReductionIn(store) is not null;

    /// <summary>The phase in which a value is computed; for sums, what is done with them in the end does not count.</summary>
    public int LevelOf(StoreDefinition store) =>
        LocalsOf(ScorePass.ReductionIn(store) is { } sum && !_view.IsMatrix(store) ? sum.Body : store.Value).Select(Known).DefaultIfEmpty(0).Max();

    /// <summary>Scores, reductions and contractions of a phase, in their order.</summary>
    public IEnumerable<StoreDefinition> Of(int phase)
    {
        var sums = _view.Definition.Stores.Where(s => (IsRowReduction(s) || _view.IsProduct(s)) && LevelOf(s) == phase).ToHashSet();
        var needed = new HashSet<LoopBuffer>();
        foreach (var sum in sums) Need(ScorePass.ReductionIn(sum)!.Body);
        return _view.Definition.Stores.Where(s => sums.Contains(s) || _view.IsMatrix(s) && needed.Contains(s.Buffer));

        void Need(Expr value)
        {
            foreach (var local in LocalsOf(value).Where(b => _locals.TryGetValue(b, out var store) && _view.IsMatrix(store) && needed.Add(b))) Need(_locals[local].Value);
        }
    }

    private IEnumerable<LoopBuffer> LocalsOf(Expr value) => Loads.Of(value).Select(l => l.Buffer).Where(_view.Scores.Locals.Contains).Distinct();
}
