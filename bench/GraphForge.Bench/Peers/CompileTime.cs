using System.Diagnostics;
using System.Globalization;
using GraphForge.Bench.Workloads;

namespace GraphForge.Bench.Peers;

/// <summary>How long a training step takes to compile in a new process, without and with kernels in the cache.</summary>
public static class CompileTime
{
    private const int Runs = 3;

    /// <summary>One sentence with the medians of three processes each.</summary>
    public static string Measure(string workload)
    {
        var (cold, warm) = (new double[Runs], new double[Runs]);
        for (var run = 0; run < Runs; run++)
        {
            var cache = Directory.CreateTempSubdirectory("graphforge-cache-").FullName;
            try
            {
                (cold[run], warm[run]) = (InNewProcess(workload, cache), InNewProcess(workload, cache));
            }
            finally
            {
                Directory.Delete(cache, recursive: true);
            }
        }
        return string.Create(CultureInfo.InvariantCulture,
            $"A training step of {workload} is compiled and done once in {RunTime.Median(cold):F2} s cold, {RunTime.Median(warm):F2} s with its kernels in the cache.");
    }

    /// <summary>Prints the seconds from the start of compiling to the end of the first step.</summary>
    public static void Print(Workload workload)
    {
        var start = Stopwatch.GetTimestamp();
        using var training = workload.CompileTraining(workload.Model(), new CompileOptions());
        training.Step(workload.Data(workload.Batch));
        Console.WriteLine(Stopwatch.GetElapsedTime(start).TotalSeconds.ToString(CultureInfo.InvariantCulture));
    }

    private static double InNewProcess(string workload, string cache)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(CompileTime).Assembly.Location, "first-step", workload]) { RedirectStandardOutput = true };
        start.Environment["GF_CACHE"] = cache;
        using var process = Process.Start(start)!;
        var seconds = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return double.TryParse(seconds, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new BenchmarkException($"compiling {workload} in a new process failed: {seconds}");
    }
}
