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
