using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests;

public sealed class CompiledModelTests
{
    [Test]
    public void Any_batch_size_runs()
    {
        var compiled = CompiledModel.Compile(Summing(), [3], TestOptions.Default);
        foreach (var batch in new[] { 1, 4, 2, 4 })
        {
            var output = new float[batch];
            compiled.Run(Values.Sequence(3 * batch), output);
            Assert.That(output, Is.EqualTo(Enumerable.Range(0, batch).Select(i => 9f * i + 6)));
        }
    }

    [Test]
    public void More_batch_sizes_than_are_kept_still_run()
    {
        var compiled = CompiledModel.Compile(Summing(), [3], TestOptions.Default with { MaxBindings = 2 });
        for (var batch = 1; batch <= 5; batch++)
        {
            var output = new float[batch];
            compiled.Run(Values.Sequence(3 * batch), output);
            Assert.That(output[^1], Is.EqualTo(9 * batch - 3));
        }
    }

    [Test]
    public void Several_threads_may_run_at_once()
    {
        var compiled = CompiledModel.Compile(Summing(), [3], TestOptions.Default);
        Parallel.For(0, 32, i =>
        {
            var output = new float[1];
            compiled.Run([i, i, i], output);
            Assert.That(output[0], Is.EqualTo(3 * i));
        });
    }

    [Test]
    public void A_profile_times_every_kernel_of_a_whole_run()
    {
        var model = new Sequential(new Linear(3, 16), new ReLU(), new Linear(16, 2));
        var compiled = CompiledModel.Compile(model, [3], TestOptions.Default);
        float[] input = [1, 2, 3], ran = new float[2], profiled = new float[2];
        compiled.Run(input, ran);
        var times = compiled.Profile([("input", input)], [("output", profiled)]);
        Assert.Multiple(() =>
        {
            Assert.That(times, Has.Count.EqualTo(compiled.Memory(batch: 1)!.Timeline.Count), "one entry a step of the plan");
            Assert.That(times.Select(t => t.Kernel), Is.Unique.And.All.StartsWith("K"));
            Assert.That(times.Select(t => t.Time), Has.All.GreaterThanOrEqualTo(TimeSpan.Zero));
            Assert.That(profiled, Is.EqualTo(ran));
        });
    }

    [Test]
    public void Training_shows_in_a_model_compiled_before()
    {
        var model = Summing();
        var compiled = CompiledModel.Compile(model, [3], TestOptions.Default);
        using var training = Training.Compile(model, Losses.Mse, new SGD(0.1), BatchSpec.Of(1, 3).WithTarget(1), TestOptions.Default);
        var output = new float[1];
        for (var step = 0; step < 20; step++) training.Step<float, float>([1, 0, 0], [5]);
        compiled.Run([1, 0, 0], output);
        Assert.That(output[0], Is.EqualTo(5).Within(0.1));
    }

    [Test]
    public void Spans_of_the_wrong_size_are_refused()
    {
        var compiled = CompiledModel.Compile(Summing(), [3], TestOptions.Default);
        Assert.Multiple(() =>
        {
            Assert.That(Problem(() => compiled.Run(new float[4], new float[1])),
                Is.EqualTo("an input takes 3 values ([3]); 4 values are no whole number of inputs."));
            Assert.That(Problem(() => compiled.Run(new float[6], new float[1])),
                Is.EqualTo("2 outputs take 2 values ([1] each), but the span holds 1."));
        });
    }

    [Test]
    public void A_model_that_loses_the_batch_is_refused() =>
        Assert.That(Problem(() => CompiledModel.Compile(new Flatten(startDim: 0), [3], TestOptions.Default)),
            Is.EqualTo("a compiled model gives float32 [batch, …] with the batch it was given, not float32[3·batch]."));

    private static string Problem(Action action) => Assert.Throws<GraphException>(action)!.Problem;

    private static Sequential Summing()
    {
        var layer = new Linear(3, 1, bias: false);
        layer.Weight.CopyFrom<float>([1, 1, 1]);
        return new Sequential(layer);
    }
}
