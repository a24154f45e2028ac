using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime.Device;

namespace GraphForge.Tests.Devices;

/// <summary>Trainings whose activations wait in memory of the host while the device works on others.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Present))]
public sealed class DeviceOffloadTests(TestDevice on)
{
    private const int Batch = 16, Width = 24;

    private ComputeDevice _device = null!;

    [SetUp]
    public void Open() => _device = on.Offloading.Open();

    [TearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void No_bit_of_a_training_changes()
    {
        using var kept = Compile(_device, null);
        var losses = Losses(kept);
        using var training = Compile(_device, Half(kept));
        Assert.That(Losses(training), Is.EqualTo(losses));
        Assert.That(training.Memory!.ArenaBytes, Is.LessThan(kept.Memory!.ArenaBytes));
        Assert.That(training.Memory.TotalBytes, Is.LessThanOrEqualTo(Half(kept)));
        Assert.That(training.Memory.Choices.Select(c => c.Kind), Has.Some.EqualTo(MemoryChoiceKind.Offload));
        Assert.That(training.Memory.HostBytes, Is.GreaterThan(0));
        var learnt = training.StateDict();
        foreach (var (name, value) in kept.StateDict())
            if (value.DType == Runtime.DType.Float32) Assert.That(learnt[name].ToArray<float>(), Is.EqualTo(value.ToArray<float>()), name);
    }

    /// <summary>They share the device's memory, and that of the host, and each finds its own there.</summary>
    [Test]
    public void Programs_take_turns()
    {
        using var kept = Compile(_device, null);
        var losses = Losses(kept);
        using var one = Compile(_device, Half(kept));
        using var other = Compile(_device, Half(kept) + 2048);
        for (var step = 0; step < losses.Length; step++)
        {
            var (samples, targets) = Data(step);
            Assert.That(one.Step<float, long>(samples, targets), Is.EqualTo(losses[step]));
            Assert.That(other.Step<float, long>(samples, targets), Is.EqualTo(losses[step]));
        }
    }

    [Test]
    public void The_time_of_every_copy_is_measured()
    {
        using var kept = Compile(_device, null);
        using var training = Compile(_device, Half(kept));
        var (samples, targets) = Data(0);
        var names = training.Profile<float, long>(samples, targets).Select(t => t.Kernel).ToArray();
        Assert.That(names, Has.Some.EndsWith(" to the host").And.Some.EndsWith(" from the host"));
    }

    [Test]
    public void The_processor_has_no_host()
    {
        using var kept = Compile(null, null);
        using var training = Compile(null, kept.Memory!.TotalBytes - kept.Memory.ArenaBytes / 4);
        Assert.That(training.Memory!.HostBytes, Is.Zero);
        Assert.That(training.Memory.Choices.Select(c => c.Kind), Is.Not.Empty.And.None.EqualTo(MemoryChoiceKind.Offload));
    }

    /// <summary>With so little memory that no plan is small enough, which says what it would take.</summary>
    [Test]
    public void A_refusal_counts_what_would_wait_at_the_host()
    {
        Assert.That(Refused, Throws.TypeOf<GraphException>().With.Property(nameof(GraphException.Code)).EqualTo(ErrorCode.OverBudget)
            .And.Message.Matches("the smallest budget that works is [0-9,]+ bytes, .*keeping [0-9]+ values at the host \\([0-9.]+ KiB\\)"));

        void Refused()
        {
            using var training = Compile(_device, 20_000);
            training.Prepare(("batch", Batch));
        }
    }

    internal static Training Compile(ComputeDevice? device, long? budget) => Training.Compile(
        new Sequential([.. Enumerable.Range(0, 10).SelectMany(_ => new Module[] { new Linear(Width, Width), new Tanh() }), new Linear(Width, 2)]), GraphForge.Losses.CrossEntropy,
        new SGD(learningRate: 0.1), BatchSpec.Of(Batch, Width), TestOptions.WithSeed(7) with { Device = device, MemoryBudget = budget });

    /// <summary>A budget with room for half of what is not a state.</summary>
    internal static long Half(Training kept) => kept.Memory!.TotalBytes - kept.Memory.ArenaBytes / 2;

    internal static (float[] Samples, long[] Targets) Data(int seed)
    {
        var random = new Random(seed);
        return ([.. Enumerable.Range(0, Batch * Width).Select(_ => random.NextSingle())], [.. Enumerable.Range(0, Batch).Select(i => (long)i % 2)]);
    }

    private static float[] Losses(Training training) => [.. Enumerable.Range(0, 3).Select(step =>
    {
        var (samples, targets) = Data(step);
        return training.Step<float, long>(samples, targets);
    })];
}
