using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using GraphForge.Bench.Peers;
using GraphForge.Bench.Workloads;
using GraphForge.Runtime.Artifacts;

namespace GraphForge.Bench.Shipping;

/// <summary>
/// What a compiled model costs where it is used: bytes, time from the start of a process to its first prediction, time to load an
/// artifact, and what compiled models add to a build in which nothing changed.
/// </summary>
public static partial class ShippedModel
{
    private const int Starts = 15;
    private const int Builds = 7;
    private const string Example = "examples/AotClassifier";

    /// <summary>Prints a line for each.</summary>
    public static void Run()
    {
        var project = Path.Combine(PeerFolder.Repository, Example);
        var folder = Directory.CreateTempSubdirectory("graphforge-shipped-").FullName;
        try
        {
            Process("dotnet", "publish", project, "-c", "Release", "-o", Path.Combine(folder, "il"));
            Process("dotnet", "publish", project, "-c", "Release", "-r", System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier, "--self-contained", "false",
                "-p:PublishReadyToRun=true", "-o", Path.Combine(folder, "ready"));
            PrintBytes(folder);
            PrintStarts(folder);
            PrintLoading(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        PrintBuilds(project);
    }

    private static void PrintBytes(string folder)
    {
        var published = Path.Combine(folder, "il");
        var weights = Size(Path.Combine(PeerFolder.Repository, Example, "obj/Release/net10.0/graphforge/generated/DigitClassifier.safetensors"));
        var bytes = Size(Path.Combine(published, "AotClassifier.dll")) - weights + Size(Path.Combine(published, "GraphForge.Runtime.dll"))
            + Size(Path.Combine(published, "Microsoft.Extensions.ObjectPool.dll"));
        Print($"published without weights: {bytes / 1024.0:F0} KiB, of it {Size(Path.Combine(published, "GraphForge.Runtime.dll")) / 1024.0:F0} KiB GraphForge.Runtime");
    }

    /// <summary>Whole processes, in turns; they end with their first prediction.</summary>
    private static void PrintStarts(string folder)
    {
        var image = Path.Combine(PeerFolder.Repository, Example, "samples/two.txt");
        var times = new Dictionary<string, List<double>> { ["il"] = [], ["ready"] = [] };
        for (var start = 0; start < Starts; start++)
            foreach (var (kind, list) in times)
                list.Add(Milliseconds(() => Process(Path.Combine(folder, kind, "AotClassifier"), image)));
        Print($"a process with one prediction: {RunTime.Median(times["il"]):F0} ms, published with PublishReadyToRun {RunTime.Median(times["ready"]):F0} ms");
    }

    private static void PrintLoading(string folder)
    {
        var workload = WorkloadTable.Named("cnn");
        var path = Path.Combine(folder, "cnn.gfm");
        workload.CompileInference(workload.Model(), new CompileOptions()).Save(path);
        var times = new List<double>();
        for (var load = 0; load < Starts; load++)
        {
            // Kernels that are still loaded would be shared.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            times.Add(Milliseconds(() =>
            {
                using var artifact = Artifact.Open(path, new ArtifactOptions { Trust = Trust.LocalFile });
                artifact.Load("infer");
            }));
        }
        Print($"loading {Size(path) / 1024.0:F0} KiB of cnn.gfm: {times[0]:F1} ms first, {RunTime.Median(times):F1} ms in the median");
    }

    /// <summary>Builds in which nothing changed, and the part of their time that MSBuild says the targets of compiled models took.</summary>
    private static void PrintBuilds(string project)
    {
        var (whole, added) = (new List<double>(), new List<double>());
        Process("dotnet", "build", project, "-c", "Release");
        for (var build = 0; build < Builds; build++)
        {
            var output = "";
            whole.Add(Milliseconds(() => output = Process("dotnet", "build", project, "-c", "Release", "--no-restore", "-clp:PerformanceSummary")));
            added.Add(TargetTime().Matches(output).Sum(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)));
        }
        Print($"a build of nothing new: {RunTime.Median(whole):F0} ms, of which compiled models take {RunTime.Median(added):F0} ms");
    }

    /// <summary>A line such as <c>  12 ms  _GraphForgeCompileModels   1 calls</c>.</summary>
    [GeneratedRegex(@"(\d+) ms +_GraphForge\w+ ")]
    private static partial Regex TargetTime();

    private static double Milliseconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static string Process(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new BenchmarkException($"{program} {string.Join(' ', arguments)} failed: {output}{error.Result}");
        return output;
    }

    private static long Size(string path) => new FileInfo(path).Length;

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
