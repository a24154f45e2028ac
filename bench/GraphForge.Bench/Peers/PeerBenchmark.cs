namespace GraphForge.Bench.Peers;

/// <summary>The commands <c>peers</c> and <c>sizes</c>: compare, print, and keep the figures of a whole run.</summary>
public static class PeerBenchmark
{
    private const int RoundCount = 5;
    private const double TurnSeconds = 0.5;

    /// <summary>Compares training steps, inference and kernels, and times a cold start.</summary>
    /// <param name="words">What of <see cref="WorkTable"/> is measured; empty for all, which is kept in bench/results unless other programs were at work.</param>
    /// <param name="threads">Numbers of threads.</param>
    public static void Run(IReadOnlyList<string> words, IReadOnlyList<int> threads)
    {
        if (Lines(WorkTable.All, words, threads) is not { } lines) return;
        var compile = CompileTime.Measure("gpt");
        Console.WriteLine($"\n{compile}");
        Keep(Machine.FileName, [.. Explanation.Split('\n'), .. lines, "", compile]);
    }

    /// <summary>Compares kernels of odd sizes.</summary>
    /// <param name="words">What of <see cref="SizeTable"/> is measured; empty for all, which is kept as well.</param>
    /// <param name="threads">Numbers of threads.</param>
    public static void RunSizes(IReadOnlyList<string> words, IReadOnlyList<int> threads)
    {
        if (Lines(SizeTable.All, words, threads) is { } lines) Keep($"{Machine.FileName}-sizes", [.. SizesExplanation.Split('\n'), .. lines]);
    }

    /// <summary>What was printed; null where it is not to be kept.</summary>
    private static List<string>? Lines(IReadOnlyList<Work> table, IReadOnlyList<string> words, IReadOnlyList<int> threads)
    {
        var works = WorkWords.Find(table, words);
        var lines = new List<string>();
        void Print(string line)
        {
            lines.Add(line);
            Console.WriteLine(line);
        }
        var isQuiet = true;
        foreach (var count in threads) isQuiet &= Compare(works, count, Print).IsQuiet;
        if (words.Count > 0) return null;
        if (!isQuiet) Console.WriteLine("The machine had other work, as the peak shows: figures of such a run are not kept.");
        return isQuiet ? lines : null;
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

    private static void Keep(string name, IReadOnlyList<string> lines)
    {
        var path = PeerFolder.Results(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(path, [$"# {Machine.Description}", "", .. lines]);
        Console.WriteLine($"written to {path}");
    }

    private const string Explanation = """
        Written by `dotnet run -c Release --project bench/GraphForge.Bench -- peers`. Every side has its turn in each of five
        rounds, the others idle; times are medians of rounds, and ratios medians of the ratios within a round. Weights and inputs
        are the same, and results were compared before. The floor is operations ÷ measured peak of fused multiply-adds, and for
        kernels bytes ÷ measured bandwidth of a copy of 16 MiB. Training steps and inference of one sample include copying inputs
        and outputs; contractions and kernels are timed where their operands lie.
        """;

    private const string SizesExplanation = """
        Written by `dotnet run -c Release --project bench/GraphForge.Bench -- sizes`: kernels of sizes that no register divides. Every
        side has its turn in each of five rounds, the others idle; times are medians of rounds, and ratios medians of the ratios within
        a round. Results were compared before. Names have rows × summed × columns of products; images × channels × extent × channels
        of the result of convolutions, windows of 3 × 3 and padding of 1, and × stride of depthwise ones; rows × columns. Images have
        their channels last here, as within a larger program, and first in PyTorch. The floor is the longer of operations ÷ measured
        peak and bytes ÷ measured bandwidth of a copy of 16 MiB.
        """;
}
