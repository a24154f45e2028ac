namespace GraphForge.Runtime.Tests;

/// <summary>Plans with loops: counters, nesting, conditions, failures, any number of threads.</summary>
public sealed unsafe class LoopRunTests
{
    /// <summary>(y): y[i] = y[i] · 7 + 10 · outer + inner for the two loops around, in wrapping int32.</summary>
    private static void Count(nint* buffers, nint scratch, int begin, int end)
    {
        var y = (int*)buffers[0];
        for (var i = begin; i < end; i++) y[i] = unchecked(y[i] * 7 + 10 * (int)((long*)scratch)[-1] + (int)((long*)scratch)[-2]);
    }

    /// <summary>(y, flag), one task: flag = y[0] &lt; 100.</summary>
    private static void IsSmall(nint* buffers, nint scratch, int begin, int end) =>
        *(byte*)buffers[1] = *(int*)buffers[0] < 100 ? (byte)1 : (byte)0;

    /// <summary>(x, y): y[i] = x[i] + 3.</summary>
    private static void AddThree(nint* buffers, nint scratch, int begin, int end)
    {
        for (var i = begin; i < end; i++) ((int*)buffers[1])[i] = ((int*)buffers[0])[i] + 3;
    }

    /// <summary>(y): y[i] += 1; in iteration 5 of the outer loop, task 40 throws.</summary>
    private static void FailInTheMiddle(nint* buffers, nint scratch, int begin, int end)
    {
        for (var i = begin; i < end; i++)
            if (((long*)scratch)[-1] == 5 && i == 40) throw new InvalidOperationException("iteration 5");
            else ((int*)buffers[0])[i]++;
    }

    [Test]
    public void Steps_of_nested_loops_see_their_counters([Values(1, 2, 3, 8)] int threads, [Values] bool poison)
    {
        var sketch = new PlanSketch();
        var y = sketch.Output("y", DType.Int32, 64);
        var zero = sketch.Constant("zero", DType.Int32, new byte[256], 64);
        sketch.Step(sketch.Kernel("copy", &AddThree), [zero, y], 64);
        sketch.Step(sketch.Kernel("count", &Count), [y], 64);
        sketch.Step(0, [y, y], 64);
        var plan = sketch.Plan() with { Loops = [new(1, 2, 6), new(1, 1, 4)] };
        using var context = sketch.Compile(plan, threads, poison).Rent();
        context.Run();
        var expected = 3;
        for (var i = 0; i < 6; i++, expected += 3)
            for (var j = 0; j < 4; j++) expected = unchecked(expected * 7 + 10 * i + j);
        Assert.That(context.OutputSpan<int>(0).ToArray(), Is.All.EqualTo(expected));
    }

    /// <summary>y += 3 while y[0] &lt; 100; on workers together, on the first alone, and ended by the number of iterations.</summary>
    [Test]
    public void A_condition_ends_a_loop([Values(1, 2, 3)] int threads, [Values(1, 64)] int tasks, [Values(0, 7, 1000)] int most)
    {
        var sketch = new PlanSketch();
        var x = sketch.Input("x", DType.Int32, 64);
        var y = sketch.Output("y", DType.Int32, 64);
        var flag = sketch.Intermediate("flag", DType.Bool);
        var add = sketch.Kernel("add", &AddThree);
        var test = sketch.Kernel("test", &IsSmall);
        sketch.Step(add, [x, y], 64);
        sketch.Step(test, [y, flag], 1);
        sketch.Step(add, [y, y], tasks);
        sketch.Step(test, [y, flag], 1);
        var plan = sketch.Plan() with { Loops = [new(2, 2, most, new PlanCondition(flag, true))] };
        using var context = sketch.Compile(plan, threads).Rent();
        context.Run();
        Assert.That(context.OutputSpan<int>(0)[0], Is.EqualTo(Math.Min(3 + 3 * most, 102)));
    }

    [Test]
    public void A_branch_runs_where_its_condition_holds([Values(1, 2)] int threads, [Values] bool value, [Values] bool wanted)
    {
        var sketch = new PlanSketch();
        var x = sketch.Input("x", DType.Int32, 64);
        var flag = sketch.Input("flag", DType.Bool);
        var y = sketch.Output("y", DType.Int32, 64);
        var add = sketch.Kernel("add", &AddThree);
        sketch.Step(add, [x, y], 64);
        sketch.Step(add, [y, y], 64);
        var plan = sketch.Plan() with { Loops = [new(1, 1, 1, new PlanCondition(flag, wanted))] };
        using var context = sketch.Compile(plan, threads).Rent();
        context.SetInput<bool>(1, [value]);
        context.Run();
        Assert.That(context.OutputSpan<int>(0).ToArray(), Is.All.EqualTo(value == wanted ? 6 : 3));
    }

    [Test]
    public void An_exception_in_an_iteration_surfaces_and_the_program_stays_usable([Values(1, 2, 3, 8)] int threads)
    {
        var sketch = new PlanSketch();
        var y = sketch.Output("y", DType.Int32, 64);
        var zero = sketch.Constant("zero", DType.Int32, new byte[256], 64);
        sketch.Step(sketch.Kernel("copy", &AddThree), [zero, y], 64);
        sketch.Step(sketch.Kernel("fail", &FailInTheMiddle), [y], 64);
        sketch.Step(0, [y, y], 1, barrier: false);
        var program = sketch.Compile(sketch.Plan() with { Loops = [new(1, 2, 20)] }, threads);
        using var context = program.Rent();
        for (var run = 0; run < 3; run++)
            Assert.That(context.Run, Throws.InvalidOperationException.With.Message.EqualTo("iteration 5"));
    }

    [Test]
    public void A_run_with_loops_allocates_nothing()
    {
        var sketch = new PlanSketch();
        var y = sketch.Output("y", DType.Int32, 64);
        sketch.Step(sketch.Kernel("count", &Count), [y], 64);
        using var context = sketch.Compile(sketch.Plan() with { Loops = [new(0, 1, 50), new(0, 1, 3)] }, threads: 2).Rent();
        context.Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var run = 0; run < 10; run++) context.Run();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Time_of_all_iterations_counts_towards_the_step()
    {
        var sketch = new PlanSketch();
        var y = sketch.Output("y", DType.Int32, 64);
        sketch.Step(sketch.Kernel("count", &Count), [y], 64);
        sketch.Step(0, [y], 64);
        using var context = sketch.Compile(sketch.Plan() with { Loops = [new(0, 1, 1000), new(0, 1, 50)] }, threads: 1).Rent();
        var ticks = new long[2];
        context.Profile(ticks);
        context.Profile(ticks);
        Assert.That(ticks[0], Is.GreaterThan(ticks[1]));
    }
}
