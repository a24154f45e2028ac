using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests;

/// <summary>Runs of several programs over one model do not mix.</summary>
public sealed class ConcurrentRunTests
{
    private const int Size = 384;

    private const string InUse = "is in use by another run at this moment; a run that changes it must have it alone. " +
        "Let one run end before the next begins.";

    private const string BeingChanged = "is being changed by another run at this moment; a run that reads it must wait for its end. " +
        "Let one run end before the next begins.";

    [Test]
    public void Two_trainings_of_one_model_on_two_threads_both_run_whole_or_are_refused()
    {
        var model = new Linear(1, 1, bias: false);
        using var first = Counting(model);
        using var second = Counting(model);
        model.Weight.CopyFrom<float>([0]);
        var done = 0;
        Parallel.ForEach([first, second], training =>
        {
            for (var i = 0; i < 2000; i++)
                if (Refusal(() => training.Step<float, float>([1], [0])) is null) Interlocked.Increment(ref done);
        });
        // The gradient of the sum is 1, and so is the learning rate.
        Assert.That(-model.Weight.AsSpan<float>()[0], Is.EqualTo(done));
        Assert.That(first.Steps + second.Steps, Is.EqualTo(done));
    }

    [Test]
    public void A_model_is_neither_read_nor_changed_while_a_step_changes_it()
    {
        var model = new Linear(Size, Size, bias: false);
        var compiled = CompiledModel.Compile(model, [Size], TestOptions.Default);
        using var slow = Training.Compile(model, x => Repeated(model, x["x"]), new SGD(0), [TensorSpec.Of<float>("x", Size, Size)], options: TestOptions.Default);
        using var other = Training.Compile(model, x => model.Forward(x["x"]).Sum(), new SGD(0), [TensorSpec.Of<float>("x", 1, Size)], options: TestOptions.Default);
        var (input, row, output) = (new float[Size * Size], new float[Size], new float[Size]);
        compiled.Run(row, output);
        other.Step(("x", row));
        string? read = null, changed = null;
        // Once a slow step has begun, whatever the other thread tries meanwhile is refused.
        var steps = Task.Run(() =>
        {
            for (var done = 0; done < 100 && (Volatile.Read(ref read) is null || Volatile.Read(ref changed) is null);)
                if (Refusal(() => slow.Step(("x", input))) is null) done++;
        });
        while (!steps.IsCompleted)
        {
            read ??= Refusal(() => compiled.Run(row, output));
            changed ??= Refusal(() => other.Step(("x", row)));
        }
        Assert.That((read, changed), Is.EqualTo(($"'weight' {BeingChanged}", $"'weight' {InUse}")));
        compiled.Run(row, output);
        other.Step(("x", row));
    }

    [Test]
    public void Runs_that_read_overlap()
    {
        var model = new Linear(Size, Size);
        var compiled = CompiledModel.Compile(model, [Size], TestOptions.Default);
        Parallel.For(0, 64, _ => compiled.Run(new float[Size], new float[Size]));
    }

    private static string? Refusal(Action run)
    {
        try
        {
            run();
            return null;
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
    }

    private static Tensor Repeated(Linear model, Tensor x)
    {
        for (var i = 0; i < 6; i++) x = model.Forward(x);
        return x.Mean();
    }

    private static Training Counting(Linear model) =>
        Training.Compile(model, (prediction, _) => prediction.Sum(), new SGD(1), BatchSpec.Of(1, 1).WithTarget(1), TestOptions.Default);
}
