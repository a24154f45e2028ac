namespace GraphForge.Runtime.Tests;

public sealed unsafe class ExecutionContextTests
{
    [Test]
    public void Outputs_follow_from_inputs()
    {
        using var context = Affine().Rent();
        var y = new int[4];
        context.SetInput<int>(0, [1, 2, 3, 4]);
        context.Run();
        context.GetOutput<int>(0, y);
        Assert.That(y, Is.EqualTo(new[] { 3, 7, 11, 15 }));
        Assert.That(context.OutputSpan<int>(0).ToArray(), Is.EqualTo(y));
    }

    [Test]
    public void Inputs_can_be_written_in_place()
    {
        using var context = Affine().Rent();
        context.InputSpan<int>(0).Fill(10);
        context.Run();
        Assert.That(context.OutputSpan<int>(0).ToArray(), Is.EqualTo(new[] { 30, 31, 32, 33 }));
    }

    [Test]
    public void An_input_of_wrong_length_or_type_is_refused_and_nothing_copied()
    {
        using var context = Affine().Rent();
        context.SetInput<int>(0, [1, 2, 3, 4]);
        Assert.That(() => context.SetInput<int>(0, [9, 9, 9]), Throws.ArgumentException.With.Message.EqualTo(
            "Input 'x' is int32[2, 2], 4 elements of int32; it was given 3 elements of int32."));
        Assert.That(() => context.SetInput<float>(0, [9, 9, 9, 9]), Throws.ArgumentException.With.Message.EqualTo(
            "Input 'x' is int32[2, 2], 4 elements of int32; it was given 4 elements of float32."));
        Assert.That(context.InputSpan<int>(0).ToArray(), Is.EqualTo(new[] { 1, 2, 3, 4 }));
    }

    [Test]
    public void An_output_of_wrong_length_or_type_is_refused_and_nothing_copied()
    {
        using var context = Affine().Rent();
        var tooLong = new int[5];
        context.SetInput<int>(0, [1, 2, 3, 4]);
        context.Run();
        Assert.That(() => context.GetOutput<int>(0, tooLong), Throws.ArgumentException.With.Message.EqualTo(
            "Output 'y' is int32[2, 2], 4 elements of int32; it was given 5 elements of int32."));
        Assert.That(() => context.GetOutput<long>(0, new long[4]), Throws.ArgumentException.With.Message.EqualTo(
            "Output 'y' is int32[2, 2], 4 elements of int32; it was given 4 elements of int64."));
        Assert.That(tooLong, Is.EqualTo(new int[5]));
    }

    [Test]
    public void Spans_of_a_wrong_type_are_refused()
    {
        using var context = Affine().Rent();
        Assert.That(() => context.InputSpan<float>(0).Length, Throws.ArgumentException.With.Message.EqualTo(
            "Input 'x' is int32[2, 2]; it was used as float32."));
        Assert.That(() => context.OutputSpan<bool>(0).Length, Throws.ArgumentException.With.Message.EqualTo(
            "Output 'y' is int32[2, 2]; it was used as bool."));
    }

    [TestCase(-1)]
    [TestCase(1)]
    public void An_unknown_index_is_refused(int index)
    {
        using var context = Affine().Rent();
        Assert.That(() => context.SetInput<int>(index, [1, 2, 3, 4]), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.EqualTo(
            $"Program 'affine' has 1 inputs; there is no input {index}. (Parameter 'index')"));
        Assert.That(() => context.OutputSpan<int>(index).Length, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.EqualTo(
            $"Program 'affine' has 1 outputs; there is no output {index}. (Parameter 'index')"));
    }

    [Test]
    public void Contexts_are_pooled_and_independent()
    {
        var program = Affine();
        var first = program.Rent();
        var second = program.Rent();
        Assert.That(second, Is.Not.SameAs(first));
        second.SetInput<int>(0, [5, 5, 5, 5]);
        first.SetInput<int>(0, [1, 1, 1, 1]);
        second.Run();
        Assert.That(second.OutputSpan<int>(0)[0], Is.EqualTo(15));
        first.Dispose();
        using var third = program.Rent();
        Assert.That(third, Is.SameAs(first));
        second.Dispose();
    }

    [Test]
    public void A_context_given_back_refuses_work()
    {
        var program = Affine();
        var context = program.Rent();
        context.Dispose();
        context.Dispose();
        Assert.That(context.Run, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => context.SetInput<int>(0, [1, 2, 3, 4]), Throws.TypeOf<ObjectDisposedException>());
        using var first = program.Rent();
        using var second = program.Rent();
        Assert.That(second, Is.Not.SameAs(first), "disposing twice gives back once");
    }

    [Test]
    public void A_profile_has_one_time_per_step([Values(1, 3)] int threads)
    {
        var program = Chains.Build(steps: 5).Compile(threads);
        using var context = program.Rent();
        var ticks = new long[5];
        Array.Fill(ticks, -1);
        Chains.Fill(context);
        context.Profile(ticks);
        Assert.That(ticks, Has.All.GreaterThanOrEqualTo(0));
        Assert.That(context.OutputSpan<int>(0).ToArray(), Is.EqualTo(Chains.Expected(steps: 5)));
        Assert.That(() => context.Profile(new long[4]), Throws.ArgumentException.With.Message.EqualTo(
            "Program 'chain' has 5 steps; there is room for 4. (Parameter 'ticks')"));
    }

    private static CompiledProgram Affine()
    {
        var sketch = new PlanSketch("affine");
        var x = sketch.Input("x", DType.Int32, 2, 2);
        var y = sketch.Output("y", DType.Int32, 2, 2);
        sketch.Step(sketch.Kernel("affine", &Kernels.Affine), [x, y], 4);
        return sketch.Compile();
    }
}
