using GraphForge.Compiler.Memory;

namespace GraphForge.Compiler.Tests.Memory;

/// <summary>What plans mean, written down naively and independently of the planner.</summary>
internal static class PlanningOracle
{
    public static long Align(long bytes) => (bytes + 63) / 64 * 64;

    public static bool IsValidOrder(PlanningProblem problem, IReadOnlyList<int> order)
    {
        if (!order.Order().SequenceEqual(Enumerable.Range(0, problem.Steps.Count))) return false;
        var position = Positions(order);
        return Edges(problem).All(e => position[e.Before] < position[e.After]);
    }

    public static IEnumerable<int[]> AllOrders(PlanningProblem problem)
    {
        var edges = Edges(problem).ToArray();
        return Extend([]);

        IEnumerable<int[]> Extend(int[] prefix)
        {
            if (prefix.Length == problem.Steps.Count) return [prefix];
            return Enumerable.Range(0, problem.Steps.Count)
                .Where(s => !prefix.Contains(s) && edges.All(e => e.After != s || prefix.Contains(e.Before)))
                .SelectMany(s => Extend([.. prefix, s]));
        }
    }

    public static (int First, int Last)[] Intervals(PlanningProblem problem, IReadOnlyList<int> order)
    {
        var position = Positions(order);
        return problem.Values.Select(v =>
        {
            var writer = problem.Steps.ToList().FindIndex(s => s.Writes.Contains(v.Id));
            var readers = Enumerable.Range(0, order.Count).Where(s => problem.Steps[s].Reads.Contains(v.Id)).ToArray();
            var first = writer < 0 ? 0 : position[writer];
            return (first, v.IsOutput ? order.Count - 1 : readers.Select(r => position[r]).Append(first).Max());
        }).ToArray();
    }

    /// <summary>Largest sum of live bytes, trying every way to share in place.</summary>
    public static long Peak(PlanningProblem problem, IReadOnlyList<int> order)
    {
        var intervals = Intervals(problem, order);
        return Enumerable.Range(0, order.Count).Max(i =>
        {
            var live = problem.Values.Where(v => Meet(intervals[v.Id], (i, i))).Sum(v => Align(v.Bytes));
            var pairs = problem.Steps[order[i]].InPlace.Where(p => MayShare(problem, intervals, i, p)).ToArray();
            return live - MostSaved(problem, pairs);
        });
    }

    /// <summary>The smallest arena without sharing: every sequence of blocks, each resting on what it collides with.</summary>
    public static long SmallestArena(PlanningProblem problem, IReadOnlyList<int> order)
    {
        var intervals = Intervals(problem, order);
        var sizes = problem.Values.Select(v => Align(v.Bytes)).ToArray();
        var best = long.MaxValue;
        Extend([]);
        return best;

        void Extend((int Value, long Offset)[] placed)
        {
            if (placed.Length == sizes.Length) best = Math.Min(best, placed.Max(p => p.Offset + sizes[p.Value]));
            foreach (var value in Enumerable.Range(0, sizes.Length).Except(placed.Select(p => p.Value)))
            {
                var offset = placed
                    .Where(p => Meet(intervals[p.Value], intervals[value]) && sizes[value] > 0 && sizes[p.Value] > 0)
                    .Select(p => p.Offset + sizes[p.Value]).Append(0).Max();
                Extend([.. placed, (value, offset)]);
            }
        }
    }

    /// <summary>
    /// The end of a heap when the steps run in the given order, each value put into the lowest gap that is large enough and freed
    /// after its last reader.
    /// </summary>
    public static long StepByStep(PlanningProblem problem)
    {
        var intervals = Intervals(problem, [.. Enumerable.Range(0, problem.Steps.Count)]);
        var live = new List<(long Offset, long End, int Last)>();
        long height = 0;
        foreach (var value in problem.Values.Where(v => v.Bytes > 0).OrderBy(v => intervals[v.Id].First))
        {
            live.RemoveAll(l => l.Last < intervals[value.Id].First);
            long offset = 0;
            foreach (var taken in live.OrderBy(l => l.Offset))
            {
                if (offset + Align(value.Bytes) <= taken.Offset) break;
                offset = taken.End;
            }
            live.Add((offset, offset + Align(value.Bytes), intervals[value.Id].Last));
            height = Math.Max(height, offset + Align(value.Bytes));
        }
        return height;
    }

    /// <summary>The smallest arena of any order and layout without sharing; <paramref name="limit"/> where none is smaller than that.</summary>
    public static long SmallestArenaBelow(PlanningProblem problem, long limit)
    {
        foreach (var order in AllOrders(problem))
        {
            var intervals = Intervals(problem, order);
            var peak = Enumerable.Range(0, order.Length).Max(i => problem.Values.Where(v => Meet(intervals[v.Id], (i, i))).Sum(v => Align(v.Bytes)));
            if (peak < limit) limit = SmallestBelow(problem, intervals, limit);
        }
        return limit;
    }

    private static long SmallestBelow(PlanningProblem problem, (int First, int Last)[] intervals, long limit)
    {
        var sizes = problem.Values.Select(v => Align(v.Bytes)).ToArray();
        Extend([], 0);
        return limit;

        // Pushed down, each value rests on the floor or on one placed before; so the values can be placed by rising offset.
        void Extend((int Value, long Offset)[] placed, long height)
        {
            if (placed.Length == sizes.Length) limit = height;
            foreach (var value in Enumerable.Range(0, sizes.Length).Except(placed.Select(p => p.Value)))
            {
                var offset = placed
                    .Where(p => Meet(intervals[p.Value], intervals[value]) && sizes[value] > 0 && sizes[p.Value] > 0)
                    .Select(p => p.Offset + sizes[p.Value]).Append(0).Max();
                if (offset + sizes[value] < limit) Extend([.. placed, (value, offset)], Math.Max(height, offset + sizes[value]));
            }
        }
    }

    /// <summary>Every two values that live together and share bytes without leave, as text; none in a right layout.</summary>
    public static IEnumerable<string> Collisions(PlanningProblem problem, IReadOnlyList<int> order, ArenaLayout layout)
    {
        var intervals = Intervals(problem, order);
        foreach (var a in problem.Values)
        {
            var end = layout.Offsets[a.Id] + Align(a.Bytes);
            if (a.Bytes > 0 && (layout.Offsets[a.Id] % 64 != 0 || end > layout.ArenaBytes)) yield return $"{a.Name} is misplaced";
            foreach (var b in problem.Values.Skip(a.Id + 1))
            {
                if (!Meet(intervals[a.Id], intervals[b.Id]) || !Overlap(problem, layout.Offsets, a.Id, b.Id)) continue;
                var shares = Shares((a.Id, b.Id)) || Shares((b.Id, a.Id));
                if (!shares) yield return $"{a.Name} and {b.Name} collide";
            }
        }

        bool Shares((int Write, int Read) pair) =>
            layout.InPlace.Contains(pair) && layout.Offsets[pair.Write] == layout.Offsets[pair.Read] &&
            problem.Steps[order[intervals[pair.Write].First]].InPlace.Contains(pair) &&
            MayShare(problem, intervals, intervals[pair.Write].First, pair);
    }

    /// <summary>Whether the two steps may not run at the same time.</summary>
    public static bool Race(PlanningProblem problem, IReadOnlyList<long> offsets, PlannedStep a, PlannedStep b) =>
        Conflict(problem, offsets, a.Writes, b.Writes) || Conflict(problem, offsets, a.Writes, b.Reads) ||
        Conflict(problem, offsets, a.Reads, b.Writes) ||
        a.StateWrites.Intersect(b.StateWrites.Concat(b.StateReads)).Any() || a.StateReads.Intersect(b.StateWrites).Any();

    private static bool Conflict(PlanningProblem problem, IReadOnlyList<long> offsets, int[] a, int[] b) =>
        a.Any(x => b.Any(y => Overlap(problem, offsets, x, y)));

    private static bool MayShare(
        PlanningProblem problem, (int First, int Last)[] intervals, int position, (int Write, int Read) pair) =>
        problem.Values[pair.Write].Bytes <= problem.Values[pair.Read].Bytes && !problem.Values[pair.Read].IsOutput &&
        intervals[pair.Read].Last == position && intervals[pair.Write].First == position;

    private static long MostSaved(PlanningProblem problem, (int Write, int Read)[] pairs) => pairs.Length == 0 ? 0 : Math.Max(
        MostSaved(problem, pairs[1..]),
        Align(problem.Values[pairs[0].Write].Bytes) +
            MostSaved(problem, pairs.Where(p => p.Write != pairs[0].Write && p.Read != pairs[0].Read).ToArray()));

    private static bool Meet((int First, int Last) a, (int First, int Last) b) => a.First <= b.Last && b.First <= a.Last;

    private static bool Overlap(PlanningProblem problem, IReadOnlyList<long> offsets, int a, int b) =>
        problem.Values[a].Bytes > 0 && problem.Values[b].Bytes > 0 &&
        offsets[a] < offsets[b] + problem.Values[b].Bytes && offsets[b] < offsets[a] + problem.Values[a].Bytes;

    private static int[] Positions(IReadOnlyList<int> order)
    {
        var position = new int[order.Count];
        for (var i = 0; i < order.Count; i++) position[order[i]] = i;
        return position;
    }

    private static IEnumerable<(int Before, int After)> Edges(PlanningProblem problem) => problem.Constraints.Concat(
        from before in Enumerable.Range(0, problem.Steps.Count)
        from after in Enumerable.Range(0, problem.Steps.Count)
        where problem.Steps[before].Writes.Intersect(problem.Steps[after].Reads).Any()
        select (before, after));
}
