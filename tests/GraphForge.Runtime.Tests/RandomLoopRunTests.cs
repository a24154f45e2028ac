namespace GraphForge.Runtime.Tests;

/// <summary>Random plans of loops and branches in one another, on any number of threads, with a kernel that throws at some point.</summary>
[NonParallelizable]
public sealed unsafe class RandomLoopRunTests
{
    /// <summary>Tasks until one throws; never when negative.</summary>
    private static int s_left;

    /// <summary>(y, depth): y[i] = 7 · y[i] + 10 · the counter of the loop at that depth + 1, in wrapping int32.</summary>
    private static void Mix(nint* buffers, nint scratch, int begin, int end)
    {
        for (var i = begin; i < end; i++)
        {
            if (Interlocked.Decrement(ref s_left) == 0) throw new InvalidOperationException("at this task");
            ref var y = ref ((int*)buffers[0])[i];
            y = unchecked(y * 7 + 10 * (int)((long*)scratch)[-*(byte*)buffers[1]] + 1);
        }
    }

    /// <summary>(y, flag), one task: flag = y[0] is not a multiple of three.</summary>
    private static void Choose(nint* buffers, nint scratch, int begin, int end) =>
        *(byte*)buffers[1] = *(int*)buffers[0] % 3 != 0 ? (byte)1 : (byte)0;

    /// <summary>(y): y[i] = i.</summary>
    private static void Start(nint* buffers, nint scratch, int begin, int end)
    {
        for (var i = begin; i < end; i++) ((int*)buffers[0])[i] = i;
    }

    [Test]
    public void Failures_stop_every_worker_and_the_next_run_is_whole([Range(1, 30)] int seed)
    {
        var random = new Random(seed);
        var sketch = new PlanSketch();
        var y = sketch.Output("y", DType.Int32, 64);
        var flag = sketch.Intermediate("flag", DType.Bool);
        var (mix, choose) = (sketch.Kernel("mix", &Mix), sketch.Kernel("choose", &Choose));
        var depths = Enumerable.Range(0, 6).Select(d => sketch.Constant($"depth{d}", DType.UInt8, [(byte)d])).ToArray();
        var loops = new List<PlanLoop>();
        var count = 0;
        Add(sketch.Kernel("start", &Start), 64, [y]);
        Add(choose, 1, [y, flag]);
        Loop(1, 2, null);
        var plan = sketch.Plan() with { Loops = loops.AsEnumerable().Reverse().ToArray() };
        var expected = Run(plan, 1, -1);
        foreach (var threads in new[] { 2, 3, 5 })
        {
            foreach (var isCrowded in new[] { false, true })
            {
                for (var failure = 1; failure <= 3; failure++) Run(plan, threads, random.Next(1, 2000), isCrowded);
                Assert.That(Run(plan, threads, -1, isCrowded), Is.EqualTo(expected), $"{threads} threads, crowded: {isCrowded}");
            }
        }

        void Add(int kernel, int tasks, int[] buffers)
        {
            sketch.Step(kernel, buffers, tasks);
            count++;
        }

        void Loop(int depth, long iterations, PlanCondition? condition)
        {
            var first = count;
            Fill(depth, random.Next(1, 5));
            loops.Add(new PlanLoop(first, count - first, iterations, condition));
        }

        void Fill(int depth, int parts)
        {
            for (var part = 0; part < parts; part++)
            {
                if (depth < 5 && random.Next(2) == 0)
                    Loop(depth + 1, random.Next(1, 4), random.Next(2) == 0 ? new PlanCondition(flag, random.Next(2) == 0) : null);
                else Add(mix, random.Next(3) == 0 ? 1 : 64, [y, depths[depth]]);
                if (random.Next(3) == 0) Add(choose, 1, [y, flag]);
            }
        }

        int[] Run(ExecutionPlan of, int threads, int failAt, bool isCrowded = false)
        {
            using var context = (isCrowded ? sketch.CompileCrowded(of, threads) : sketch.Compile(of, threads)).Rent();
            s_left = -1;
            // A run that fails, then, with the same context, one that does not.
            for (var left = failAt; ; left = -1)
            {
                s_left = left;
                try
                {
                    context.Run();
                }
                catch (InvalidOperationException)
                {
                    continue;
                }
                return context.OutputSpan<int>(0).ToArray();
            }
        }
    }
}
