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
        foreach (var count in threads)
        {
            using var comparison = new Comparison(count, new Rounds(RoundCount, TurnSeconds));
            lines.AddRange(["", $"With {count} threads: {string.Join("; ", comparison.Sides)}.", "", .. PeerTable.Header.Split('\n')]);
            foreach (var line in lines.TakeLast(5)) Console.WriteLine(line);
            foreach (var work in works)
            {
                lines.Add(PeerTable.Line(comparison.Measure(work)));
                Console.WriteLine(lines[^1]);
            }
        }
        if (words.Count == 0) Keep(lines);
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
