namespace GraphForge.Compiler.Memory;

/// <summary>
/// Which phase last touched every stretch of the arena, and every state, while steps are added one by one. Looked at backwards a
/// program has the same hazards.
/// </summary>
internal sealed class PhaseHazards
{
    private readonly StepGraph _graph;
    private readonly (int First, int End)[] _stretches;
    private readonly Touches[] _arena;
    private readonly Dictionary<int, Touches> _states = [];

    public PhaseHazards(StepGraph graph, IReadOnlyList<long> offsets)
    {
        _graph = graph;
        long[] borders = [.. offsets.Concat(offsets.Zip(graph.Sizes, (o, s) => o + s)).Distinct().Order()];
        _stretches = [.. offsets.Zip(graph.Sizes, (o, s) => (Array.BinarySearch(borders, o), Array.BinarySearch(borders, o + s)))];
        _arena = [.. borders.Select(_ => new Touches())];
    }

    /// <summary>The first phase a step may be in after those that were added.</summary>
    /// <param name="step">The step.</param>
    /// <param name="before">Steps that must not come after it, whatever they touch.</param>
    /// <param name="phases">Of the steps added.</param>
    public int Earliest(int step, IEnumerable<int> before, int[] phases) => Math.Max(
        before.Select(b => phases[b]).Append(0).Max(),
        1 + Read(step).Select(t => t.Written).Concat(Written(step).Select(t => Math.Max(t.Written, t.Read))).Append(-1).Max());

    public void Add(int step, int phase)
    {
        foreach (var touches in Read(step)) touches.Read = Math.Max(touches.Read, phase);
        foreach (var touches in Written(step)) touches.Written = Math.Max(touches.Written, phase);
    }

    private IEnumerable<Touches> Read(int step) => InArena(_graph.Reads[step]).Concat(_graph.Problem.Steps[step].StateReads.Select(OfState));

    private IEnumerable<Touches> Written(int step) => InArena(_graph.Writes[step]).Concat(_graph.Problem.Steps[step].StateWrites.Select(OfState));

    private IEnumerable<Touches> InArena(int[] values) => values.SelectMany(v => _arena[_stretches[v].First.._stretches[v].End]);

    private Touches OfState(int state) => _states.TryGetValue(state, out var touches) ? touches : _states[state] = new Touches();

    /// <summary>The last phases that did something; −1 for none.</summary>
    private sealed class Touches
    {
        public int Read { get; set; } = -1;

        public int Written { get; set; } = -1;
    }
}
