namespace GraphForge.Bench.Peers;

/// <summary>The command <c>peers</c>: compares, prints, and keeps the figures of a whole run.</summary>
public static class PeerBenchmark
{
    private const int RoundCount = 5;
    private const double TurnSeconds = 0.5;

    /// <param name="words">What of <see cref="WorkTable"/> is measured; empty for all, which is kept in bench/results.</param>
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
        foreach (var count in threads) Compare(works, count, Print);
        if (words.Count == 0) Keep(lines);
    }

    private static void Compare(IReadOnlyList<Work> works, int threads, Action<string> print)
    {
        using var comparison = new Comparison(threads, new Rounds(RoundCount, TurnSeconds));
        print($"\nWith {threads} threads: {string.Join("; ", comparison.Sides)}.\n");
        print(PeerTable.Header);
        foreach (var work in works) print(PeerTable.Line(comparison.Measure(work)));
        print($"\nMeasured meanwhile: peak {comparison.Limits.Flops / 1e9:F0} GFLOP/s, copy {comparison.Limits.Bytes / 1e9:F1} GB/s.");
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
