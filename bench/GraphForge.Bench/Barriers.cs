using System.Diagnostics;
using GraphForge.Runtime;

namespace GraphForge.Bench;

/// <summary>
/// What it costs that workers wait for each other: a chain of steps of which each needs the last one's results, by work a step,
/// on a machine with nothing else to do and on one where every core has another thread to run.
/// </summary>
public static unsafe class Barriers
{
    private const int Steps = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);

    public static void Run(int threads)
    {
        foreach (var work in new[] { 0, 1_000, 10_000 })
        {
            Console.WriteLine($"{Steps} steps of {threads} × {Measured(work):F2} µs:");
            foreach (var busy in new[] { 0, threads, 3 * threads })
            {
                using var load = new BusyThreads(busy);
                foreach (var workers in new[] { 1, threads, 4 * threads })
                    Console.WriteLine($"  {busy,2} busy threads, {workers,2} workers: {Time(workers, threads, work):F2} µs a step");
            }
        }
    }

    /// <summary>Median time of a step.</summary>
    private static double Time(int workers, int tasks, int work)
    {
        using var context = Chain(workers, Math.Max(workers, tasks), work * tasks / Math.Max(workers, tasks)).Rent();
        var times = new List<double>();
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Patience;)
        {
            var start = Stopwatch.GetTimestamp();
            context.Run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / Steps);
        }
        times.Sort();
        return times[times.Count / 2];
    }

    /// <summary>A program of steps that only count, with a barrier before each.</summary>
    private static CompiledProgram Chain(int workers, int tasks, int work)
    {
        var buffer = new PlanBuffer("work", BufferKind.Input, DType.Int64, [1], 8, 0);
        var step = new PlanStep(0, [0], tasks, BarrierBefore: true);
        var plan = new ExecutionPlan("chain", 64, 0, ["count"], [buffer], Enumerable.Repeat(step, Steps).ToArray(), []);
        var program = new CompiledProgram(plan, [(nint)(delegate*<nint*, nint, int, int, void>)&Count], [], workers, keepAlive: null);
        using var context = program.Rent();
        context.InputSpan<long>(0)[0] = work;
        return program;
    }

    private static double Measured(int work)
    {
        var rounds = (long)work;
        var buffers = (nint)(&rounds);
        Count(&buffers, 0, 0, 1);
        var start = Stopwatch.GetTimestamp();
        Count(&buffers, 0, 0, 100);
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / 100;
    }

    private static void Count(nint* buffers, nint scratch, int begin, int end)
    {
        var rounds = *(long*)buffers[0];
        var sum = 1L;
        for (var task = begin; task < end; task++)
            for (var i = 0L; i < rounds; i++) sum = sum * 6364136223846793005 + i;
        if (sum == 0) throw new InvalidOperationException("The generator never gives 0.");
    }

    /// <summary>Threads that take what time they can get until they are disposed.</summary>
    private sealed class BusyThreads : IDisposable
    {
        private readonly Thread[] _threads;
        private volatile bool _done;

        public BusyThreads(int count)
        {
            _threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(() => { while (!_done) Thread.SpinWait(1000); }) { IsBackground = true })];
            foreach (var thread in _threads) thread.Start();
        }

        public void Dispose()
        {
            _done = true;
            foreach (var thread in _threads) thread.Join();
        }
    }
}
