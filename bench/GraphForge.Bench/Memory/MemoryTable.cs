using System.Diagnostics;
using System.Globalization;
using GraphForge.Bench.Peers;
using GraphForge.Bench.Workloads;

namespace GraphForge.Bench.Memory;

/// <summary>Planned and measured memory of the training workloads, and PyTorch's, each in a process of its own.</summary>
public static class MemoryTable
{
    private const int Processes = 3;

    private const string Header =
        "| training step | planned MB | arena ÷ lower bound | measured MB | measured ÷ planned | PyTorch MB | GraphForge ÷ PyTorch |\n" +
        "|---|---|---|---|---|---|---|";

    /// <param name="workloads">What is measured.</param>
    /// <param name="threads">Threads of a run.</param>
    /// <param name="isKept">Whether the table is written to bench/results, too.</param>
    public static void Run(IEnumerable<Workload> workloads, int threads, bool isKept)
    {
        Console.WriteLine(Header);
        var lines = new List<string>();
        foreach (var workload in workloads)
        {
            lines.Add(Line(workload.Name, Measure(workload.Name, threads), MeasurePyTorch(workload.Name, threads)));
            Console.WriteLine(lines[^1]);
        }
        if (isKept) File.WriteAllText(PeerFolder.Results($"{Machine.FileName}-memory"), $"{Introduction(threads)}\n{Header}\n{string.Join('\n', lines)}\n");
    }

    private static string Introduction(int threads) => $"""
        # Memory of training steps: {Machine.Description}

        Written by `dotnet run -c Release --project bench/GraphForge.Bench -- memory --keep`, with {threads} threads. Planned is what
        `Training.Memory` says before anything is allocated: parameters, optimizer state, constants, inputs, arena and scratch.
        Measured is the peak of resident memory beyond a baseline, in a process of its own: the process trains the model once and
        keeps it, so that code, threads and libraries are there; then it makes a second one, and the peak of ten of its steps counts
        (`VmHWM`, reset after compiling). PyTorch is measured in the same way. Each figure is the median
        of three processes. The growth includes what .NET keeps of the second model, its graph and its plan, some 0.1 MB, and rounds to
        pages of 4 KiB: of the smallest model, that is all there is to see.

        """;

    private static string Line(string name, MemoryFigures ours, long? pyTorch) => string.Create(CultureInfo.InvariantCulture,
        $"| {name} | {Size(ours.Planned)} | {ours.Ratio:F3} | {Size(ours.Resident)} | {(double)ours.Resident / ours.Planned:F3} | " +
        $"{(pyTorch is { } other ? Size(other) : "–")} | {(pyTorch is { } peer ? ((double)ours.Resident / peer).ToString("F2", CultureInfo.InvariantCulture) : "–")} |");

    private static string Size(long bytes) => (bytes / 1e6).ToString(bytes < 1_000_000 ? "F4" : "F2", CultureInfo.InvariantCulture);

    /// <summary>
    /// Of some processes the one with the median growth: in one of a few dozen the runtime holds some megabytes more or less than in
    /// the others when the baseline is taken.
    /// </summary>
    public static MemoryFigures Measure(string workload, int threads, long budget = long.MaxValue) =>
        Enumerable.Range(0, Processes).Select(_ => MeasureOnce(workload, threads, budget)).OrderBy(f => f.Resident).ElementAt(Processes / 2);

    /// <summary>Measures a training in a process of its own.</summary>
    private static MemoryFigures MeasureOnce(string workload, int threads, long budget)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(MemoryTable).Assembly.Location, "memory-of", workload, $"{budget}", "--threads", $"{threads}"]);
        // Code that is compiled again in the background, and a collector that works there, take memory at times of their own.
        start.Environment["DOTNET_TieredCompilation"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        return MemoryFigures.Of(Answer(start) ?? "");
    }

    /// <summary>Null where there is no PyTorch.</summary>
    private static long? MeasurePyTorch(string workload, int threads) =>
        Enumerable.Range(0, Processes).Select(_ => MeasurePyTorchOnce(workload, threads)).Order().ElementAt(Processes / 2);

    private static long? MeasurePyTorchOnce(string workload, int threads)
    {
        foreach (var python in Comparison.Pythons)
        {
            var start = new ProcessStartInfo(python, ["-B", PeerFolder.Script("memory_peer.py"), workload, $"{threads}"]);
            foreach (var name in new[] { "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS" }) start.Environment[name] = $"{threads}";
            // Threads of OpenMP that spin hinder those of OpenBLAS.
            start.Environment["OMP_WAIT_POLICY"] = "passive";
            if (long.TryParse(Answer(start), CultureInfo.InvariantCulture, out var bytes)) return bytes;
        }
        return null;
    }

    private static string? Answer(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        try
        {
            using var process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            var answer = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return answer;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // there is no such program
        }
    }
}
