using System.Runtime.CompilerServices;

namespace GraphForge.Runtime.Tests;

public sealed unsafe class CompiledProgramTests
{
    [Test]
    public void Inputs_and_outputs_are_found_by_name()
    {
        var program = Scaling();
        Assert.Multiple(() =>
        {
            Assert.That(program.InputIndex("x"), Is.Zero);
            Assert.That(program.OutputIndex("y"), Is.Zero);
            Assert.That(program.Inputs.Select(input => input.Name), Is.EqualTo(new[] { "x" }));
            Assert.That(program.Outputs.Select(output => output.Name), Is.EqualTo(new[] { "y" }));
        });
    }

    [Test]
    public void An_unknown_name_is_answered_with_the_known_ones()
    {
        var program = Scaling();
        Assert.That(() => program.InputIndex("z"), Throws.ArgumentException.With.Message.EqualTo(
            "Program 'scaling' has no input 'z'; it has 'x'. (Parameter 'name')"));
        Assert.That(() => program.OutputIndex("z"), Throws.ArgumentException.With.Message.EqualTo(
            "Program 'scaling' has no output 'z'; it has 'y'. (Parameter 'name')"));
        Assert.That(() => new PlanSketch("empty").Compile().InputIndex("z"), Throws.ArgumentException.With.Message.EqualTo(
            "Program 'empty' has no input 'z'; it has none. (Parameter 'name')"));
    }

    [Test]
    public void States_are_shared_by_programs_and_outlive_runs()
    {
        var w = new StateBuffer("w", DType.Float32, []);
        w.CopyFrom<float>([2]);
        Assert.That(RunScalar(Scaling(w), 10), Is.EqualTo(20));
        Assert.That(RunScalar(Scaling(w), 10), Is.EqualTo(30));
        Assert.That(w.AsSpan<float>()[0], Is.EqualTo(4));
    }

    [Test]
    public void Constants_reach_kernels_whole_and_aligned()
    {
        var sketch = new PlanSketch();
        sketch.Constant("odd", DType.UInt8, [1, 2, 3], 3);
        var c = sketch.Constant("c", DType.Int32, [.. BitConverter.GetBytes(5), .. BitConverter.GetBytes(-7)], 2);
        var y = sketch.Output("y", DType.Int32, 2);
        sketch.Step(sketch.Kernel("affine", &Kernels.Affine), [c, y], 2);
        var program = sketch.Compile();
        using var context = program.Rent();
        context.Run();
        Assert.That(context.OutputSpan<int>(0).ToArray(), Is.EqualTo(new[] { 15, -20 }));
        Assert.That((long)program.Locate(program.Plan.Buffers[c]) % ExecutionPlan.Alignment, Is.Zero);
    }

    [Test]
    public void An_invalid_plan_is_refused()
    {
        var plan = new ExecutionPlan("p", -1, 0, [], [], [], []);
        Assert.That(() => new CompiledProgram(plan, [], [], 1, null), Throws.TypeOf<InvalidPlanException>());
    }

    [Test]
    public void A_plan_with_values_in_host_memory_is_for_devices()
    {
        var buffer = new PlanBuffer("y", BufferKind.Output, DType.Float32, [2], 8, 0);
        var plan = new ExecutionPlan("p", 64, 0, [], [buffer, buffer with { Name = "y_host", Kind = BufferKind.Host }],
            [new PlanStep(PlanStep.Transfer, [0, 1], 1, false) { Writes = [1] }], []);
        Assert.That(Creating(plan, [], []), Throws.TypeOf<InvalidPlanException>().With.Message.EqualTo(
            "Plan 'p' moves values between a device and the processor: load it as a DeviceProgram."));
    }

    [Test]
    public void Kernels_and_states_must_fit_the_plan()
    {
        var plan = new ExecutionPlan(
            "p", 0, 0, ["k"], [new PlanBuffer("w", BufferKind.State, DType.Float32, [2], 8, 1)], [new PlanStep(0, [0], 1, false)], []);
        var other = new StateBuffer("other", DType.Float32, [3]);
        Assert.That(Creating(plan, [], []), Throws.ArgumentException.With.Message.EqualTo(
            "Plan 'p' has 1 kernels but was given 0. (Parameter 'kernels')"));
        Assert.That(Creating(plan, [0], []), Throws.ArgumentException.With.Message.EqualTo(
            "Kernel 'k' of plan 'p' is null. (Parameter 'kernels')"));
        Assert.That(Creating(plan, [1], [other]), Throws.ArgumentException.With.Message.EqualTo(
            "State 1 'w' of plan 'p' is float32[2] but only 1 states were given. (Parameter 'states')"));
        Assert.That(Creating(plan, [1], [other, other]), Throws.ArgumentException.With.Message.EqualTo(
            "State 1 'w' of plan 'p' is float32[2] but was given 'other', float32[3]. (Parameter 'states')"));
        Assert.That(() => new CompiledProgram(plan, [1], [], 0, null), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_dropped_program_is_collected_and_until_then_keeps_its_kernels_owner([Values(1, 2)] int threads)
    {
        var (program, owner) = RunOwned(threads, out var context);
        GC.Collect();
        Assert.That(owner.IsAlive, Is.True);
        GC.KeepAlive(context);
        context = null;
        Assert.That(SpinWait.SpinUntil(() => IsCollected(program), TimeSpan.FromMinutes(1)), Is.True);
        Assert.That(owner.IsAlive, Is.False);
    }

    private static bool IsCollected(WeakReference reference)
    {
        GC.Collect();
        return !reference.IsAlive;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Program, WeakReference Owner) RunOwned(int threads, out RunContext? context)
    {
        var plan = new ExecutionPlan("p", 0, 0, ["nothing"], [], [new PlanStep(0, [], 8, false)], []);
        var owner = new object();
        delegate*<nint*, nint, int, int, void> nothing = &Kernels.Nothing;
        var program = new CompiledProgram(plan, [(nint)nothing], [], threads, owner);
        context = program.Rent();
        context.Run();
        return (new WeakReference(program), new WeakReference(owner));
    }

    private static Action Creating(ExecutionPlan plan, nint[] kernels, StateBuffer[] states) =>
        () => _ = new CompiledProgram(plan, kernels, states, 1, null);

    private static float RunScalar(CompiledProgram program, float x)
    {
        using var context = program.Rent();
        context.SetInput<float>(0, [x]);
        context.Run();
        return context.OutputSpan<float>(0)[0];
    }

    private static CompiledProgram Scaling(StateBuffer? weight = null)
    {
        var sketch = new PlanSketch("scaling");
        var x = sketch.Input("x", DType.Float32);
        var w = sketch.State(weight ?? new StateBuffer("w", DType.Float32, []));
        var y = sketch.Output("y", DType.Float32);
        sketch.Step(sketch.Kernel("multiply_and_step", &Kernels.MultiplyAndStep), [x, w, y], 1);
        return sketch.Compile();
    }
}
