using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Compiler.Tests.Compiled;
using GraphForge.Compiler.Tests.Device.Double;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Device;

/// <summary>Whole programs for a GPU on the test double of one.</summary>
public class DeviceProgramTests
{
    private static IEnumerable<GpuTarget> Targets => [DeviceSamples.Small, GpuTarget.Common with { HasShuffles = true }, new(1, 4, 16, 48 * 1024, 16, 64) { HasShuffles = true }];

    [TestCaseSource(nameof(Targets))]
    public void A_training_step_learns_what_the_reference_learns(GpuTarget target)
    {
        var step = new TrainingStep();
        var source = Pipeline.Compile(step.Graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Device = target, Threads = 1 });
        var kernels = DoubleCompiler.Compile([source.KernelText])[0];
        var (expected, actual) = (step.Start(), step.Start());
        var losses = new List<double>();
        for (var i = 0; i < 3; i++)
        {
            var (reference, device) = (ReferenceEvaluator.Evaluate(step.Graph, TrainingStep.Batch(), expected), DeviceDouble.Evaluate(source, kernels, target, TrainingStep.Batch(), actual));
            Closeness.AssertClose(device.Outputs["loss"], reference.Outputs["loss"], 1e-5, $"loss of step {i}");
            (expected, actual) = (new(reference.States), new(device.States));
            losses.Add(device.Outputs["loss"][0].AsDouble);
        }
        foreach (var (slot, value) in expected) Closeness.AssertClose(actual[slot], value, 2e-5, slot.Name);
        Assert.That(losses, Is.Ordered.Descending);
    }

    [Test]
    public void What_follows_from_states_alone_is_prepared()
    {
        var slot = new StateSlot("w", new TensorType(DType.Float32, Shape.Of(12, 10)));
        var y = Nodes.MatMul(Nodes.Input("x", DType.Float32, Shape.Of(3, 12)), Nodes.State(slot).Softmax(0));
        var graph = new ComputationGraph("prepared", [new NamedOutput("y", y)], []);
        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Device = DeviceSamples.Small, Threads = 1 });
        Assert.That(source.Plan.Preparation, Is.Not.Null);
        var values = Enumerable.Range(0, 120).Select(i => MathF.Sin(i)).ToArray();
        var (inputs, states) = (new Dictionary<string, Literal> { ["x"] = Literal.Of<float>(values[..36], 3, 12) }, new Dictionary<StateSlot, Literal> { [slot] = Literal.Of<float>(values, 12, 10) });
        var actual = DeviceDouble.Evaluate(source, DoubleCompiler.Compile([source.KernelText])[0], DeviceSamples.Small, inputs, states);
        Closeness.AssertClose(actual.Outputs["y"], ReferenceEvaluator.Evaluate(graph, inputs, states).Outputs["y"], Closeness.Tolerance(DType.Float32), "y");
    }

    /// <summary>Many groups share the work, and no padded copy is stored.</summary>
    [TestCaseSource(nameof(Targets))]
    public void A_prime_number_of_rows_is_summed_by_many_groups(GpuTarget target)
    {
        var x = Nodes.Input("x", DType.Float32, Shape.Of(1021, 37));
        var graph = new ComputationGraph("sums", [new NamedOutput("columns", (x * 2 + 1).Sum(0)), new NamedOutput("all", x.Max([0, 1]))], []);
        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Device = target with { Multiprocessors = 64 }, Threads = 1 });
        Assert.That(source.Kernels.Select(k => k.Name), Has.None.Contain("pad"));
        Assert.That(source.Kernels.Max(k => k.Tasks), Is.GreaterThan(32));
        var inputs = new Dictionary<string, Literal> { ["x"] = Literal.Of<float>([.. Enumerable.Range(0, 1021 * 37).Select(i => MathF.Sin(i) - 3)], 1021, 37) };
        var actual = DeviceDouble.Evaluate(source, DoubleCompiler.Compile([source.KernelText])[0], target, inputs, new Dictionary<StateSlot, Literal>());
        var expected = ReferenceEvaluator.Evaluate(graph, inputs, new Dictionary<StateSlot, Literal>());
        foreach (var (name, value) in expected.Outputs) Closeness.AssertClose(actual.Outputs[name], value, 1e-5, name);
    }

    [Test]
    public void The_text_is_the_same_every_time()
    {
        var options = new CompilerOptions { Device = GpuTarget.Common, Threads = 1 };
        var texts = Enumerable.Range(0, 2).Select(_ => Pipeline.Compile(new TrainingStep().Graph, new Dictionary<DimSymbol, long>(), options).KernelText).ToArray();
        Assert.That(texts[1], Is.EqualTo(texts[0]));
    }

    [Test]
    public void Memory_of_a_device_has_a_place_for_every_buffer()
    {
        var source = Pipeline.Compile(new TrainingStep().Graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Device = GpuTarget.Common, Threads = 1 });
        var (layout, bytes) = DeviceDouble.Layout(source.Plan);
        var outside = source.Plan.Buffers.Zip(layout.Main.Offsets).Where(b => !b.First.InArena).OrderBy(b => b.Second).ToArray();
        Assert.That(outside.Select(b => b.Second), Has.All.GreaterThanOrEqualTo(source.Plan.ArenaBytes));
        foreach (var (one, next) in outside.Zip(outside.Skip(1)))
            Assert.That(one.Second + one.First.Bytes, Is.LessThanOrEqualTo(next.Second), $"{one.First.Name} reaches into {next.First.Name}");
        Assert.That(outside[^1].Second + outside[^1].First.Bytes, Is.LessThanOrEqualTo(layout.Table));
        Assert.That(layout.Table + layout.Places.Count * sizeof(long), Is.LessThanOrEqualTo(bytes));
        foreach (var (i, step) in source.Plan.Steps.Index())
            Assert.That(layout.Places.Skip(layout.Main.FirstPlaces[i]).Take(step.Buffers.Count), Is.EqualTo(step.Buffers.Select(b => layout.Main.Offsets[b])));
    }
}
