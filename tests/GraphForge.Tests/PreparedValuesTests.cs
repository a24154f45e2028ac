using GraphForge.Compiler.Graph;
using GraphForge.Data;
using GraphForge.Layers;
using GraphForge.Optimizers;

namespace GraphForge.Tests;

/// <summary>What a compiled model prepares from its parameters follows them, however they change.</summary>
public sealed class PreparedValuesTests
{
    private const int Channels = 16, Side = 8;

    private static readonly Shape Image = Shape.Of(Channels, Side, Side);

    [TestCaseSource(nameof(Changes))]
    public void A_run_after_a_change_sees_it(Action<Sequential> change)
    {
        var (model, compiled, reference) = Model();
        var before = Run(compiled);
        Assert.That(before, Is.EqualTo(Run(reference)).Within(1e-4));
        change(model);
        var after = Run(compiled);
        Assert.That(after, Is.Not.EqualTo(before).Within(1e-3));
        Assert.That(after, Is.EqualTo(Run(reference)).Within(1e-4));
    }

    [Test]
    public void Results_do_not_depend_on_when_values_were_prepared_nor_on_threads()
    {
        var (model, compiled, _) = Model();
        Run(compiled);
        model.Initialize(3);
        var changed = Run(compiled);
        foreach (var threads in new[] { 1, 2, 3 })
            Assert.That(Run(CompiledModel.Compile(model, Image, TestOptions.Default with { Threads = threads })), Is.EqualTo(changed));
    }

    [Test]
    public void The_mean_of_the_parameters_is_seen_while_it_takes_their_place()
    {
        var (model, compiled, reference) = Model();
        using var training = Trained(model, new Optimization(new SGD(0.1)) { Average = new WeightAverage(0.5) });
        Step(training);
        var last = Run(compiled);
        using (training.UseAverage())
        {
            Assert.That(Run(compiled), Is.Not.EqualTo(last).Within(1e-5));
            Assert.That(Run(compiled), Is.EqualTo(Run(reference)).Within(1e-4));
        }
        Assert.That(Run(compiled), Is.EqualTo(last));
    }

    [Test]
    public async Task Evaluation_between_epochs_sees_what_was_trained()
    {
        var (compiled, reference) = (await Validated(Backend.Compiled), await Validated(Backend.Reference));
        Assert.That(compiled, Is.EqualTo(reference).Within(1e-3));
        Assert.That(compiled.Distinct().Count(), Is.EqualTo(compiled.Length));
    }

    [Test]
    public void A_step_and_a_run_in_turns_see_each_other()
    {
        var (model, compiled, reference) = Model();
        using var training = Trained(model, new SGD(0.05));
        for (var i = 0; i < 5; i++)
        {
            Step(training);
            Assert.That(Run(compiled), Is.EqualTo(Run(reference)).Within(1e-4));
        }
    }

    [Test]
    public void Callers_that_begin_together_after_a_change_all_see_it()
    {
        var (model, compiled, reference) = Model();
        var expected = new List<float[]>();
        for (var round = 0; round < 20; round++)
        {
            model.Initialize(round);
            expected.Add(Run(reference));
        }
        var wrong = 0;
        using var together = new Barrier(3, round => model.Initialize(round.CurrentPhaseNumber));
        var callers = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            foreach (var values in expected)
            {
                together.SignalAndWait();
                if (Run(compiled).Zip(values).Any(p => !(Math.Abs(p.First - p.Second) < 1e-4))) Interlocked.Increment(ref wrong);
            }
        })).ToArray();
        foreach (var caller in callers) caller.Start();
        foreach (var caller in callers) caller.Join();
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void A_run_and_a_preparation_allocate_nothing()
    {
        var (model, compiled, _) = Model();
        var (input, output) = (Input(), new float[10]);
        var weight = model.Parameters().First();
        ChangeAndRun();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++) ChangeAndRun();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void ChangeAndRun()
        {
            weight.Edit<float>(static w => w[0] += 1);
            compiled.Run(input, output);
            compiled.Run(input, output);
        }
    }

    [Test]
    public void Prepared_bytes_are_reported_and_given_up_where_the_budget_has_no_room()
    {
        var (model, compiled, reference) = Model();
        var memory = compiled.Memory(1)!;
        Assert.That(memory.ToString(), Does.Contain(", prepared "));
        var tight = CompiledModel.Compile(model, Image, TestOptions.Default with { MemoryBudget = memory.TotalBytes - 1 });
        var least = tight.Memory(1)!;
        Assert.That((memory.PreparedBytes > 0, least.PreparedBytes, least.TotalBytes < memory.TotalBytes), Is.EqualTo((true, 0, true)));
        Assert.That(Run(tight), Is.EqualTo(Run(reference)).Within(1e-4));
    }

    [Test]
    public void A_parameter_is_not_changed_while_it_is_being_changed()
    {
        var weight = Model().Model.Parameters().First();
        var name = weight.Name;
        Assert.That(() => weight.Edit<float>(_ => weight.CopyFrom<float>(new float[weight.Shape.Size.Value])),
            Throws.InvalidOperationException.With.Message.EqualTo($"'{name}' is in use by a run at this moment; change it between runs."));
        weight.Edit<float>(w => w.Clear());
        Assert.That(weight.AsSpan<float>().ToArray(), Is.All.Zero);
    }

    private static IEnumerable<TestCaseData> Changes() =>
    [
        Change("CopyFrom", m => Weight(m).CopyFrom<float>(Enumerable.Repeat(0.1f, Channels * Channels * 9).ToArray())),
        Change("Edit", m => Weight(m).Edit<float>(w => w.Fill(-0.1f))),
        Change("Edit of a statistic", m => m.NamedBuffers().First(b => b.Key.EndsWith("running_var")).Value.Edit<float>(v => v.Fill(0.01f))),
        Change("Initialize", m => m.Initialize(7)),
        Change("LoadStateDict", m =>
        {
            var other = Build();
            other.Initialize(9);
            m.LoadStateDict(other.StateDict());
        }),
        Change("training step", m =>
        {
            using var training = Trained(m, new SGD(0.5));
            Step(training);
        }),
        Change("step of the reference", m =>
        {
            using var training = Trained(m, new SGD(0.5), Backend.Reference);
            Step(training);
        }),
    ];

    private static TestCaseData Change(string name, Action<Sequential> change) => new TestCaseData(change).SetArgDisplayNames(name);

    private static Parameter Weight(Sequential model) => model.Parameters().First();

    private static Sequential Build() => new(
        new Conv2d(Channels, Channels, 3, padding: 1, bias: false), new BatchNorm2d(Channels), new ReLU(), new Flatten(),
        new Linear(Channels * Side * Side, 10));

    private static (Sequential Model, CompiledModel Compiled, CompiledModel Reference) Model()
    {
        var model = Build();
        model.Initialize(1);
        var compiled = CompiledModel.Compile(model, Image, TestOptions.Default);
        Assert.That(compiled.Memory(1)!.PreparedBytes, Is.Positive);
        return (model, compiled, CompiledModel.Compile(model, Image, TestOptions.Default with { Backend = Backend.Reference }));
    }

    private static Training Trained(Sequential model, Optimization optimization, Backend backend = Backend.Compiled) => Training.Compile(
        model, Losses.CrossEntropy, optimization, BatchSpec.Of(4, Channels, Side, Side), TestOptions.Default with { Backend = backend });

    private static void Step(Training training) => training.Step<float, long>(Pixels(4, seed: 5), [1, 2, 3, 4]);

    /// <summary>Losses of the validation after each epoch.</summary>
    private static async Task<double[]> Validated(Backend backend)
    {
        var model = Build();
        model.Initialize(2);
        using var training = Trained(model, new SGD(0.05), backend);
        var data = new ArrayDataset(Pixels(8, seed: 6), [Channels, Side, Side], [.. Enumerable.Range(0, 8).Select(i => (long)i)]);
        var epochs = await training.FitAsync(data, epochs: 3, validation: data);
        return [.. epochs.Select(e => (double)e.Validation!.Loss)];
    }

    private static float[] Input() => Pixels(1, seed: 4);

    private static float[] Pixels(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * Channels * Side * Side).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static float[] Run(CompiledModel model)
    {
        var output = new float[10];
        model.Run(Input(), output);
        return output;
    }
}
