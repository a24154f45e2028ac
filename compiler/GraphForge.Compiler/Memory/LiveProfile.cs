namespace GraphForge.Compiler.Memory;

/// <summary>Bytes alive at each position of an order, in time linear in the edges.</summary>
internal static class LiveProfile
{
    public static long[] Of(StepGraph graph, IReadOnlyList<int> order)
    {
        var profile = new long[Math.Max(1, order.Count)];
        var readersLeft = new int[graph.ValueCount];
        long live = 0;
        for (var value = 0; value < graph.ValueCount; value++)
        {
            readersLeft[value] = graph.Readers[value].Length;
            if (graph.IsInput(value)) live += graph.Sizes[value];
        }
        if (order.Count == 0) profile[0] = live;
        for (var i = 0; i < order.Count; i++)
        {
            var step = order[i];
            foreach (var value in graph.Writes[step]) live += graph.Sizes[value];
            profile[i] = live - InPlaceMatching.SavedBytes(graph, step, v => readersLeft[v] == 1);
            if (i == 0) live -= graph.UnreadBytes;
            foreach (var value in graph.Reads[step])
                if (--readersLeft[value] == 0 && !graph.LivesToEnd(value)) live -= graph.Sizes[value];
            foreach (var value in graph.Writes[step])
                if (readersLeft[value] == 0 && !graph.LivesToEnd(value)) live -= graph.Sizes[value];
        }
        return profile;
    }

    public static int IndexOfMaximum(this IReadOnlyList<long> profile)
    {
        var best = 0;
        for (var i = 1; i < profile.Count; i++)
            if (profile[i] > profile[best]) best = i;
        return best;
    }
}
