namespace GraphForge.Bench;

/// <summary>Which kernels the time goes into: the median of each over several runs, the slowest first.</summary>
public static class KernelProfile
{
    private const int Runs = 21;

    /// <param name="run">One profiled run: its kernels in execution order.</param>
    /// <param name="count">How many kernels are told.</param>
    public static IEnumerable<KernelTime> Of(Func<IReadOnlyList<KernelTime>> run, int count = 16) => Enumerable.Range(0, Runs)
        .SelectMany(_ => run().Index())
        .GroupBy(k => (k.Index, k.Item.Kernel), k => k.Item.Time)
        .Select(times => new KernelTime(times.Key.Kernel, times.Order().ElementAt(times.Count() / 2)))
        .OrderByDescending(k => k.Time).Take(count);
}
