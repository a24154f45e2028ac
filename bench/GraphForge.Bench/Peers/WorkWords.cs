namespace GraphForge.Bench.Peers;

/// <summary>Which works of a table the words of a command line ask for.</summary>
public static class WorkWords
{
    /// <summary>Those that any of the words asks for; all where there are no words.</summary>
    /// <exception cref="BenchmarkException">A word asks for nothing.</exception>
    public static IReadOnlyList<Work> Find(IReadOnlyList<Work> table, IReadOnlyList<string> words)
    {
        if (words.FirstOrDefault(word => !table.Any(w => w.Answers(word))) is { } unknown)
            throw new BenchmarkException($"nothing is called {unknown}: use {string.Join(", ", table.Select(w => w.Name))}, or a part of these");
        return [.. table.Where(w => words.Count == 0 || words.Any(w.Answers))];
    }
}
