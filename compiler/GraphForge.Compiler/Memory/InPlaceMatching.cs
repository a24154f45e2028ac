namespace GraphForge.Compiler.Memory;

/// <summary>Decides which written values of a step stand in the bytes of which values that die there.</summary>
internal static class InPlaceMatching
{
    /// <summary>
    /// The pairs that save the most bytes, each value in at most one. Sets of writes that can be served together form a
    /// transversal matroid, so taking the largest writes first with augmenting paths is optimal.
    /// </summary>
    /// <param name="graph">The problem.</param>
    /// <param name="step">The step.</param>
    /// <param name="dies">Whether a value has no reader after this step.</param>
    public static List<(int Write, int Read)> Choose(StepGraph graph, int step, Func<int, bool> dies)
    {
        var pairs = graph.Problem.Steps[step].InPlace;
        if (pairs.Length == 0) return [];
        var eligible = pairs.Where(p => Fits(graph, p) && dies(p.Read)).OrderBy(p => graph.Sizes[p.Read])
            .ToLookup(p => p.Write, p => p.Read);
        var taken = new SortedDictionary<int, int>();
        foreach (var write in eligible.Select(g => g.Key).OrderByDescending(w => graph.Sizes[w]).ThenBy(w => w))
            TryTake(write, []);
        return taken.Select(t => (t.Value, t.Key)).ToList();

        bool TryTake(int write, HashSet<int> tried)
        {
            foreach (var read in eligible[write])
            {
                if (!tried.Add(read) || (taken.TryGetValue(read, out var other) && !TryTake(other, tried))) continue;
                taken[read] = write;
                return true;
            }
            return false;
        }
    }

    /// <summary>Bytes that <see cref="Choose"/> saves at the step.</summary>
    public static long SavedBytes(StepGraph graph, int step, Func<int, bool> dies)
    {
        var pairs = graph.Problem.Steps[step].InPlace;
        if (pairs.Length == 0) return 0;
        if (pairs.Length == 1) return Fits(graph, pairs[0]) && dies(pairs[0].Read) ? graph.Sizes[pairs[0].Write] : 0;
        return Choose(graph, step, dies).Sum(p => graph.Sizes[p.Write]);
    }

    private static bool Fits(StepGraph graph, (int Write, int Read) pair)
    {
        var (write, read) = (graph.Problem.Values[pair.Write], graph.Problem.Values[pair.Read]);
        return write.Bytes > 0 && write.Bytes <= read.Bytes && !read.IsOutput;
    }
}
