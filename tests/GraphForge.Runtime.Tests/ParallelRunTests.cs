namespace GraphForge.Runtime.Tests;

public sealed unsafe class ParallelRunTests
{
    [Test]
    public void Results_do_not_depend_on_the_number_of_threads([Values(1, 2, 3, 8)] int threads)
    {
        using var context = Mixed().Compile(threads).Rent();
        for (var run = 0; run < 20; run++)
        {
            Chains.Fill(context, run);
            context.Run();
            Assert.That(context.OutputSpan<int>(0)[0], Is.EqualTo(MixedExpected(run)));
        }
    }

    [Test]
    public void Thousands_of_barriers_hold([Values(2, 3, 16)] int threads)
    {
        const int Steps = 5001;
        using var context = Chains.Build(Steps).Compile(threads).Rent();
        Chains.Fill(context);
        context.Run();
        Assert.That(context.OutputSpan<int>(0).ToArray(), Is.EqualTo(Chains.Expected(Steps)));
    }

    [Test]
    public void Thousands_of_barriers_hold_with_more_threads_than_cores([Values(3, 16)] int threads)
    {
        const int Steps = 2001;
        var sketch = Chains.Build(Steps);
        using var context = sketch.CompileCrowded(sketch.Plan(), threads).Rent();
        for (var run = 0; run < 5; run++)
        {
            Chains.Fill(context, run);
            context.Run();
            Assert.That(context.OutputSpan<int>(0).ToArray(), Is.EqualTo(Chains.Expected(Steps, run)));
        }
    }

    [Test]
    public void Concurrent_runs_of_one_program_do_not_disturb_each_other()
    {
        const int Steps = 51;
        var program = Chains.Build(Steps).Compile(threads: 2);
        var wrong = 0;
        void Caller(int seed)
        {
            var expected = Chains.Expected(Steps, seed);
            for (var run = 0; run < 100; run++)
            {
                using var context = program.Rent();
                Chains.Fill(context, seed);
                context.Run();
                if (!context.OutputSpan<int>(0).SequenceEqual(expected)) Interlocked.Increment(ref wrong);
            }
        }

        var callers = Enumerable.Range(0, 4).Select(seed => new Thread(() => Caller(seed))).ToArray();
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void Steps_without_a_barrier_between_them_all_run([Values(1, 3)] int threads)
    {
        var sketch = new PlanSketch();
        var x = sketch.Input("x", DType.Int32, 64);
        var affine = sketch.Kernel("affine", &Kernels.Affine);
        for (var step = 0; step < 10; step++) sketch.Step(affine, [x, sketch.Output($"y{step}", DType.Int32, 64)], 64, barrier: false);
        using var context = sketch.Compile(threads).Rent();
        context.InputSpan<int>(0).Fill(1);
        context.Run();
        for (var output = 0; output < 10; output++)
            Assert.That(context.OutputSpan<int>(output).ToArray(), Is.EqualTo(Enumerable.Range(3, 64)));
    }

    [Test]
    public void A_program_of_single_tasks_uses_no_team()
    {
        var sketch = new PlanSketch();
        var nothing = sketch.Kernel("nothing", &Kernels.Nothing);
        sketch.Step(nothing, [], 1);
        sketch.Step(nothing, [], 0);
        Assert.That(sketch.Compile(threads: 4).Team, Is.Null);
    }

    [Test]
    public void An_exception_surfaces_and_the_program_stays_usable([Values(1, 2, 3, 8)] int threads, [Values(0, 31, 63)] int zeroAt)
    {
        using var context = Dividing().Compile(threads).Rent();
        context.InputSpan<int>(0).Fill(4);
        context.InputSpan<int>(0)[zeroAt] = 0;
        Assert.That(context.Run, Throws.TypeOf<DivideByZeroException>());

        context.InputSpan<int>(0).Fill(4);
        context.Run();
        Assert.That(context.OutputSpan<int>(0).ToArray(), Is.All.EqualTo(4));
    }

    [Test]
    public void Of_several_exceptions_the_first_steps_lowest_workers_is_thrown()
    {
        var failure = new RegionFailure();
        failure.Record(7, 0, new InvalidOperationException("late"));
        failure.Record(5, 2, new InvalidOperationException("worker 2"));
        failure.Record(5, 1, new InvalidOperationException("worker 1"));
        failure.Record(5, 3, new InvalidOperationException("worker 3"));
        Assert.That(failure.IsBefore(5), Is.False);
        Assert.That(failure.IsBefore(6), Is.True);
        Assert.That(failure.ThrowIfAny, Throws.InvalidOperationException.With.Message.EqualTo("worker 1"));
        Assert.That(failure.IsBefore(6), Is.False);
        Assert.That(failure.ThrowIfAny, Throws.Nothing);
    }

    /// <summary>The middle step fails on a zero; steps follow with a barrier, without, and with one again.</summary>
    private static PlanSketch Dividing()
    {
        var sketch = new PlanSketch();
        var x = sketch.Input("x", DType.Int32, 64);
        var quotient = sketch.Intermediate("quotient", DType.Int32, 64);
        var other = sketch.Intermediate("other", DType.Int32, 64);
        var y = sketch.Output("y", DType.Int32, 64);
        var divide = sketch.Kernel("divide", &Kernels.Divide);
        var affine = sketch.Kernel("affine", &Kernels.Affine);
        sketch.Step(affine, [x, other], 64);
        sketch.Step(divide, [x, quotient], 64);
        sketch.Step(affine, [x, other], 64, barrier: false);
        sketch.Step(divide, [quotient, y], 64);
        sketch.Step(affine, [quotient, other], 64);
        return sketch;
    }

    /// <summary>Wide steps, a narrow one of three tasks, and two of a single task.</summary>
    private static PlanSketch Mixed()
    {
        var sketch = new PlanSketch("mixed");
        var x = sketch.Input("x", DType.Int32, 64);
        var a = sketch.Intermediate("a", DType.Int32, 64);
        var b = sketch.Intermediate("b", DType.Int32, 64);
        var sum = sketch.Output("sum", DType.Int32, 1);
        var mix = sketch.Kernel("mix", &Kernels.Mix);
        var affine = sketch.Kernel("affine", &Kernels.Affine);
        var accumulate = sketch.Kernel("accumulate", &Kernels.Accumulate);
        sketch.Step(mix, [x, a], 64);
        sketch.Step(mix, [a, b], 64);
        sketch.Step(affine, [a, sum], 1, barrier: false);
        sketch.Step(affine, [b, a], 3);
        sketch.Step(accumulate, [a, sum], 1);
        sketch.Step(accumulate, [b, sum], 1);
        return sketch;
    }

    private static int MixedExpected(int seed)
    {
        var a = Chains.Expected(1, seed);
        var b = Chains.Expected(2, seed);
        var sum = unchecked(3 * a[0]);
        for (var i = 0; i < 3; i++) a[i] = unchecked(3 * b[i] + i);
        for (var i = 0; i < 64; i++) sum = unchecked(sum + a[i] + b[i]);
        return sum;
    }
}
