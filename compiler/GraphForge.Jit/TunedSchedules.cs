using GraphForge.Compiler;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops.Schedules;
using GraphForge.Jit.Tuning;

namespace GraphForge.Jit;

/// <summary>A file of measured schedules, brought up to date with a program.</summary>
public static class TunedSchedules
{
    /// <summary>Searches of one process take turns: two at once would time each other.</summary>
    private static readonly Lock Searching = new();

    /// <summary>The records of a file, which is made or extended by those of a program's kernels that it lacks.</summary>
    /// <param name="path">The file; need not be there.</param>
    /// <param name="graph">The program.</param>
    /// <param name="binding">Extents of its symbols.</param>
    /// <param name="options">Processor and threads to search for.</param>
    /// <param name="tune">How to search.</param>
    /// <exception cref="GraphException">The file is malformed or cannot be written, or graph and binding do not fit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was found until then is in the file.</exception>
    public static ScheduleRecords Complete(
        string path, ComputationGraph graph, IReadOnlyDictionary<DimSymbol, long> binding, CompilerOptions options, TuneOptions tune)
    {
        lock (Searching)
        {
            var records = ScheduleFile.ReadIfPresent(path);
            var kernels = Pipeline.Kernels(graph, binding, options, tune.Cancellation);
            var search = new ScheduleSearch(tune, new TrialSettings(options.Target, options.Threads));
            foreach (var (key, record) in search.Run(kernels, records))
            {
                records = records.With(key, record);
                ScheduleFile.Write(path, records);
            }
            return records;
        }
    }
}
