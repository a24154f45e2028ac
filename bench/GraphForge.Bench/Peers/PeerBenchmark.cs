namespace GraphForge.Bench.Peers;

/// <summary>The command <c>peers</c>: compares, prints, and keeps the figures of a whole run.</summary>
public static class PeerBenchmark
{
    private const int RoundCount = 5;
    private const double TurnSeconds = 0.5;

    /// <param name="words">What of <see cref="WorkTable"/> is measured; empty for all, which is kept in bench/results unless other programs were at work.</param>
    /// <param name="threads">Numbers of threads.</param>
    public static void Run(IReadOnlyList<string> words, IReadOnlyList<int> threads)
    {
        var works = WorkTable.Named(words);
        var lines = new List<string>();
        void Print(string line)
        {
            lines.Add(line);
            Console.WriteLine(line);
        }
        var isQuiet = true;
        foreach (var count in threads) isQuiet &= Compare(works, count, Print).IsQuiet;
        if (words.Count > 0) return;
        if (isQuiet) Keep(lines);
        else Console.WriteLine("The machine had other work, as the peak shows: figures of such a run are not kept.");
    }

    private static LimitsOfRounds Compare(IReadOnlyList<Work> works, int threads, Action<string> print)
    {
        using var comparison = new Comparison(threads, new Rounds(RoundCount, TurnSeconds));
        print($"\nWith {threads} threads: {string.Join("; ", comparison.Sides)}.\n");
        print(PeerTable.Header);
        foreach (var work in works) print(PeerTable.Line(comparison.Measure(work)));
        print($"\nMeasured meanwhile: {comparison.Limits}.");
        return comparison.Limits;
    }

    private static void Keep(IReadOnlyList<string> lines)
    {
        var compile = CompileTime.Measure("gpt");
        Console.WriteLine($"\n{compile}");
        var path = PeerFolder.Results(Machine.FileName);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(path, [$"# {Machine.Description}", "", .. Explanation.Split('\n'), .. lines, "", compile]);
        Console.WriteLine($"written to {path}");
    }

    private const string Explanation = """
        Written by `dotnet run -c Release --project bench/GraphForge.Bench -- peers`. Every side has its turn in each of five
        rounds, the others idle; times are medians of rounds, and ratios medians of the ratios within a round. Weights and inputs
        are the same, and results were compared before. The floor is operations ÷ measured peak of fused multiply-adds, and for
        kernels bytes ÷ measured bandwidth of a copy of 16 MiB. Training steps and inference of one sample include copying inputs
        and outputs; contractions and kernels are timed where their operands lie.
        """;
}
