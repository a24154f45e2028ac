namespace GraphForge.Runtime.Tests;

public sealed unsafe class PoisonTests
{
    [Test]
    public void A_sound_program_gives_the_same_result([Values(1, 3)] int threads)
    {
        using var context = Chains.Build(steps: 7).Compile(threads, poison: true).Rent();
        for (var run = 0; run < 2; run++)
        {
            Chains.Fill(context);
            context.Run();
            Assert.That(context.OutputSpan<int>(0).ToArray(), Is.EqualTo(Chains.Expected(steps: 7)));
        }
    }

    [Test]
    public void A_read_of_what_nobody_wrote_gives_NaN()
    {
        var sketch = new PlanSketch { ScratchBytes = 4 };
        var x = sketch.Input("x", DType.Float32, 2);
        var unwritten = sketch.Intermediate("unwritten", DType.Float32, 2);
        var copy = sketch.Kernel("copy", &Kernels.CopyThroughScratch);
        sketch.Step(copy, [unwritten, sketch.Output("y", DType.Float32, 2)], 2);
        sketch.Step(copy, [x, sketch.Output("z", DType.Float32, 2)], 2);
        using var context = sketch.Compile(poison: true).Rent();
        context.SetInput<float>(0, [1, 2]);
        context.Run();
        Assert.That(context.OutputSpan<float>(0).ToArray(), Is.All.NaN);
        Assert.That(context.OutputSpan<float>(1).ToArray(), Is.EqualTo(new[] { 1f, 2f }), "inputs are spared");
    }

    [Test]
    public void Scratch_starts_as_NaN_in_every_share()
    {
        var sketch = new PlanSketch { ScratchBytes = 4 };
        var x = sketch.Input("x", DType.Float32, 4);
        var y = sketch.Output("y", DType.Float32, 4);
        sketch.Step(sketch.Kernel("copy", &Kernels.CopyThroughScratch), [x, y], 4);
        sketch.Step(sketch.Kernel("reveal", &Kernels.RevealScratch), [y], 4);
        using var context = sketch.Compile(threads: 2, poison: true).Rent();
        context.SetInput<float>(0, [1, 2, 3, 4]);
        context.Run();
        Assert.That(context.OutputSpan<float>(0).ToArray(), Is.All.NaN);
    }

    [Test]
    public void A_write_outside_the_arena_is_found_at_its_step()
    {
        AssertOverrun("underrun", &Kernels.Underrun, "the arena");
        AssertOverrun("overrun", &Kernels.Overrun, "the arena");
        AssertOverrun("overrun_scratch", &Kernels.OverrunScratch, "its scratch");
    }

    [Test]
    public void Bytes_are_NaN_once_their_last_reader_is_done()
    {
        var sketch = new PlanSketch { ScratchBytes = 4 };
        var copy = sketch.Kernel("copy", &Kernels.CopyThroughScratch);
        var x = sketch.Input("x", DType.Float32, 2);
        var a = sketch.Intermediate("a", DType.Float32, 2);
        var late = sketch.Intermediate("late", DType.Float32, 2);
        sketch.Step(copy, [x, a], 2);
        sketch.Step(copy, [a, sketch.Output("y", DType.Float32, 2)], 2);
        sketch.Step(copy, [late, sketch.Output("z", DType.Float32, 2)], 2);
        var plan = MoveTo(sketch.Plan(), late, a);
        foreach (var poison in new[] { false, true })
        {
            using var context = sketch.Compile(plan, threads: 1, poison).Rent();
            context.SetInput<float>(0, [1, 2]);
            context.Run();
            Assert.That(context.OutputSpan<float>(0).ToArray(), Is.EqualTo(new[] { 1f, 2f }));
            Assert.That(context.OutputSpan<float>(1).ToArray(), Is.EqualTo(poison ? [float.NaN, float.NaN] : new[] { 1f, 2f }));
        }
    }

    [Test]
    public void A_value_that_takes_over_the_bytes_of_another_keeps_them()
    {
        var sketch = new PlanSketch();
        var affine = sketch.Kernel("affine", &Kernels.Affine);
        var x = sketch.Input("x", DType.Int32, 4);
        var smaller = sketch.Intermediate("smaller", DType.Int32, 3);
        sketch.Step(affine, [x, smaller], 3);
        sketch.Step(affine, [smaller, sketch.Output("y", DType.Int32, 3)], 3);
        using var context = sketch.Compile(MoveTo(sketch.Plan(), smaller, x), threads: 1, poison: true).Rent();
        context.SetInput<int>(0, [1, 2, 3, 4]);
        context.Run();
        Assert.That(context.OutputSpan<int>(0).ToArray(), Is.EqualTo(new[] { 9, 22, 35 }));
    }

    [Test]
    public void What_an_iteration_leaves_to_the_next_is_not_lost([Values(1, 3)] int threads)
    {
        var sketch = new PlanSketch();
        var mix = sketch.Kernel("mix", &Kernels.Mix);
        var (x, y, carry) = (sketch.Input("x", DType.Int32, 64), sketch.Output("y", DType.Int32, 64), sketch.Intermediate("carry", DType.Int32, 64));
        sketch.Step(mix, [x, carry], 64);
        sketch.Step(mix, [carry, x], 64);
        sketch.Step(mix, [x, carry], 64);
        sketch.Step(mix, [carry, y], 64);
        using var context = sketch.Compile(sketch.Plan() with { Loops = [new PlanLoop(1, 2, 4)] }, threads, poison: true).Rent();
        Chains.Fill(context);
        context.Run();
        Assert.That(context.OutputSpan<int>(0).ToArray(), Is.EqualTo(Chains.Expected(steps: 10)));
    }

    [Test]
    public void A_write_to_bytes_that_a_step_was_not_given_is_found([Values(1, 3)] int threads)
    {
        var sketch = new PlanSketch("p");
        var (first, y) = (sketch.Output("first", DType.UInt8, 5), sketch.Output("y", DType.UInt8, 5));
        sketch.Step(sketch.Kernel("nothing", &Kernels.Nothing), [first, y], 1);
        sketch.Step(sketch.Kernel("overrun", &Kernels.Overrun), [first], 1);
        using var context = sketch.Compile(threads, poison: true).Rent();
        for (var run = 0; run < 2; run++)
        {
            Assert.That(context.Run, Throws.TypeOf<MemoryOverrunException>().With.Message.EqualTo(
                "Kernel 'overrun' (step 1 of program 'p') wrote to byte 5 of the arena, which is of no buffer that it was given."));
        }
    }

    [Test]
    public void A_value_in_the_bytes_of_one_that_is_needed_is_refused()
    {
        var sketch = new PlanSketch("p");
        var affine = sketch.Kernel("affine", &Kernels.Affine);
        var (x, a, b) = (sketch.Input("x", DType.Int32, 4), sketch.Intermediate("a", DType.Int32, 4), sketch.Intermediate("b", DType.Int32, 4));
        sketch.Step(affine, [x, a], 4);
        sketch.Step(affine, [a, b], 4);
        sketch.Step(affine, [x, sketch.Output("y", DType.Int32, 4)], 4);
        sketch.Compile(MoveTo(sketch.Plan(), b, a), threads: 1, poison: true).Rent().Dispose();
        Assert.That(() => sketch.Compile(MoveTo(sketch.Plan(), b, x), threads: 1, poison: true).Rent(), Throws.TypeOf<InvalidPlanException>()
            .With.Message.EqualTo("Plan 'p': 'b' comes at step 1 into the bytes of 'x', which is needed up to step 2."));
    }

    private static ExecutionPlan MoveTo(ExecutionPlan plan, int buffer, int place) => plan with
    {
        Buffers = [.. plan.Buffers.Select((b, i) => i == buffer ? b with { Offset = plan.Buffers[place].Offset } : b)],
    };

    private static void AssertOverrun(string name, delegate*<nint*, nint, int, int, void> entry, string where)
    {
        var sketch = new PlanSketch("p") { ScratchBytes = 16, TightArena = true };
        var y = sketch.Output("y", DType.UInt8, 5);
        sketch.Step(sketch.Kernel("nothing", &Kernels.Nothing), [], 1);
        sketch.Step(sketch.Kernel(name, entry), [y], 1);
        sketch.Step(0, [], 1);
        using var context = sketch.Compile(poison: true).Rent();
        for (var run = 0; run < 2; run++)
        {
            Assert.That(context.Run, Throws.TypeOf<MemoryOverrunException>().With.Message.EqualTo(
                $"Kernel '{name}' (step 1 of program 'p') wrote outside {where}."));
        }
    }
}
