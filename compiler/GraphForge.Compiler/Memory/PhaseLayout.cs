namespace GraphForge.Compiler.Memory;

/// <summary>
/// Small values that take over each other's bytes make workers wait where no result is waited for. Within an arena as large as before
/// they find places that nothing else has from the phase that writes them to the last that reads them. Large values stay, whose bytes
/// are still in the cache from what stood there before; so do values in place, and small ones where the arena is full.
/// </summary>
internal sealed class PhaseLayout
{
    /// <summary>A value is small up to such a part of the arena.</summary>
    private const long SmallShare = 64;

    /// <summary>Pairs of values that may be compared.</summary>
    private const long WorkLimit = 100_000_000;

    private readonly StepGraph _graph;
    private readonly ArenaLayout _layout;
    private readonly HashSet<int> _moving;
    private readonly long[] _offsets;

    private PhaseLayout(StepGraph graph, ArenaLayout layout)
    {
        (_graph, _layout, _offsets) = (graph, layout, [.. layout.Offsets]);
        _moving = [.. Enumerable.Range(0, graph.ValueCount).Where(v => graph.Sizes[v] > 0 && graph.Sizes[v] <= layout.ArenaBytes / SmallShare)];
        _moving.ExceptWith(layout.InPlace.SelectMany(p => new[] { p.Write, p.Read }));
    }

    public static (int[] Order, ArenaLayout Layout) Of(StepGraph graph, int[] order, ArenaLayout layout) => new PhaseLayout(graph, layout).Of(order);

    private (int[] Order, ArenaLayout Layout) Of(int[] order)
    {
        for (var work = 0L; work <= WorkLimit; work += _moving.Count * (long)_graph.ValueCount)
        {
            var phases = PhaseOrder.Of(_graph, order, Apart());
            if (Place(phases) is not [_, ..] homeless) return (phases.Order, _layout with { Offsets = _offsets });
            _moving.ExceptWith(homeless);
            foreach (var value in homeless) _offsets[value] = _layout.Offsets[value];
        }
        return (PhaseOrder.Of(_graph, order, _layout.Offsets).Order, _layout);
    }

    /// <summary>Offsets at which moving values share no bytes with anything.</summary>
    private long[] Apart()
    {
        var (offsets, end) = (_layout.Offsets.ToArray(), _layout.ArenaBytes);
        foreach (var value in _moving.Order()) (offsets[value], end) = (end, end + _graph.Sizes[value]);
        return offsets;
    }

    /// <summary>Gives each moving value the first place that is free, the largest first; those that find none are returned.</summary>
    private List<int> Place(PhaseOrder phases)
    {
        var homeless = new List<int>();
        var lives = Enumerable.Range(0, _graph.ValueCount).Select(v => Life(phases, v)).ToArray();
        var placed = Enumerable.Range(0, _graph.ValueCount).Where(v => _graph.Sizes[v] > 0 && !_moving.Contains(v)).ToList();
        foreach (var value in _moving.OrderByDescending(v => _graph.Sizes[v]).ThenBy(v => v))
        {
            var taken = placed.Where(p => lives[p].First <= lives[value].Last && lives[value].First <= lives[p].Last);
            var place = FirstGap(taken, _graph.Sizes[value]);
            if (place + _graph.Sizes[value] > _layout.ArenaBytes)
            {
                homeless.Add(value);
                continue;
            }
            _offsets[value] = place;
            placed.Add(value);
        }
        return homeless;
    }

    private long FirstGap(IEnumerable<int> taken, long bytes)
    {
        long free = 0;
        foreach (var value in taken.OrderBy(v => _offsets[v]))
        {
            if (_offsets[value] - free >= bytes) break;
            free = Math.Max(free, _offsets[value] + _graph.Sizes[value]);
        }
        return free;
    }

    /// <summary>The first and the last phase that may touch the bytes of a value.</summary>
    private (int First, int Last) Life(PhaseOrder phases, int value)
    {
        var first = _graph.IsInput(value) ? 0 : phases.Phases[_graph.Producers[value]];
        return (first, _graph.LivesToEnd(value) ? int.MaxValue : _graph.Readers[value].Select(r => phases.Phases[r]).Append(first).Max());
    }
}
