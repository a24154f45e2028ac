using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime.Artifacts;
using GraphForge.Runtime.Device;
using GraphForge.Tests.Serialization;

namespace GraphForge.Tests.Devices;

/// <summary>Artifacts with programs for a kind of device, made without one and run on one.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Present))]
public sealed class DeviceArtifactTests(TestDevice on)
{
    private const int Batch = 4;

    private static readonly ArtifactOptions Trusted = new() { Trust = Trust.LocalFile };

    private TemporaryFolder _folder = null!;
    private ComputeDevice _device = null!;

    private SaveOptions Saved => new() { Bindings = [[("batch", Batch)]], VectorBits = [128], Devices = [on.Target.Value] };

    [SetUp]
    public void Open() => (_folder, _device) = (new TemporaryFolder(), on.Open());

    [TearDown]
    public void Close()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void A_model_gives_what_it_gives_here()
    {
        var model = CompiledModel.Compile(DeviceTrainingTests.Network(), [1, 6, 6], TestOptions.Default);
        model.Save(_folder.Of("model.gfm"), Saved);
        using var artifact = Artifact.Open(_folder.Of("model.gfm"), Trusted);
        Assert.That(artifact.Manifest.Format, Is.EqualTo(2));
        var (samples, _) = DeviceTrainingTests.Data(3, Batch);
        var (expected, actual) = (new float[Batch * 5], new float[Batch * 5]);
        model.Run(samples, expected);
        var program = artifact.Load(_device, "infer", ("batch", Batch));
        Assert.That((program.Program, program.VectorBits), Is.EqualTo((default(Runtime.CompiledProgram), 0)));
        using var run = program.Rent();
        for (var time = 0; time < 2; time++)
        {
            run.Set<float>("input", samples);
            run.Run();
            run.Get<float>("output", actual);
            Assert.That(actual, Is.EqualTo(expected).Within(1e-5f));
        }
    }

    [Test]
    public void A_training_goes_on_there_and_gives_back_what_it_learns()
    {
        using var training = DeviceTrainingTests.Compile(DeviceTrainingTests.Network(), null);
        training.Save(_folder.Of("training.gfm"), Saved);
        using var artifact = Artifact.Open(_folder.Of("training.gfm"), Trusted);
        using (var run = artifact.Load(_device, "train", ("batch", Batch)).Rent())
            for (var step = 0; step < 2; step++)
            {
                var (samples, targets) = DeviceTrainingTests.Data(step, Batch);
                run.Set<float>("samples", samples);
                run.Set<long>("targets", targets);
                run.Run();
                var loss = new float[1];
                run.Get<float>("loss", loss);
                Assert.That(loss[0], Is.EqualTo(training.Step<float, long>(samples, targets)).Within(0.01).Percent);
            }
        Assert.That(artifact.State("training.step").AsSpan<long>()[0], Is.EqualTo(2));
        artifact.SaveWeights(_folder.Of("weights.safetensors"));
        var learnt = GraphForge.Serialization.Safetensors.Load(_folder.Of("weights.safetensors"));
        foreach (var (name, tensor) in training.StateDict())
            if (tensor.DType == Runtime.DType.Float32) Assert.That(learnt[name].ToArray<float>(), Is.EqualTo(tensor.ToArray<float>()).Within(1e-4f), name);
    }

    [Test]
    public void Values_wait_at_the_host_there_too()
    {
        const int batch = 96, width = 8;
        using var device = on.Offloading.Open();
        using var kept = Compile(device, null);
        // For the processor too, which computes values again.
        using var training = Compile(null, kept.Memory!.TotalBytes - kept.Memory.ArenaBytes / 3);
        training.Save(_folder.Of("training.gfm"), Saved with { Bindings = [[("batch", batch)]], Devices = [on.Offloading.Target.Value] });
        using var artifact = Artifact.Open(_folder.Of("training.gfm"), Trusted);
        var program = artifact.Load(device, "train", ("batch", batch));
        Assert.That(program.DeviceProgram!.Plan.HostBytes, Is.Positive);
        var random = new Random(3);
        using var run = program.Rent();
        for (var step = 0; step < 2; step++)
        {
            float[] samples = [.. Enumerable.Range(0, batch * width).Select(_ => random.NextSingle())], loss = [0];
            long[] targets = [.. Enumerable.Range(0, batch).Select(i => (long)i % 2)];
            run.Set<float>("samples", samples);
            run.Set<long>("targets", targets);
            run.Run();
            run.Get<float>("loss", loss);
            Assert.That(loss[0], Is.EqualTo(training.Step<float, long>(samples, targets)).Within(0.01).Percent);
        }

        static Training Compile(ComputeDevice? device, long? budget) => Training.Compile(
            new Sequential([.. Enumerable.Range(0, 6).SelectMany(_ => new Module[] { new Linear(width, width), new Tanh() }), new Linear(width, 2)]), Losses.CrossEntropy,
            new SGD(learningRate: 0.1), BatchSpec.Of(batch, width), TestOptions.WithSeed(7) with { Device = device, MemoryBudget = budget });
    }

    [Test]
    public void What_is_not_for_the_device_is_refused()
    {
        var model = CompiledModel.Compile(DeviceTrainingTests.Network(), [1, 6, 6], TestOptions.Default);
        model.Save(_folder.Of("plain.gfm"), Saved with { Devices = [] });
        using var plain = Artifact.Open(_folder.Of("plain.gfm"), Trusted);
        Assert.That(plain.Manifest.Format, Is.EqualTo(1));
        Assert.That(() => plain.Load(_device, "infer"), Throws.TypeOf<ArtifactException>().With.Property(nameof(ArtifactException.Code)).EqualTo(ArtifactError.NoKernels)
            .And.Message.Contains($"'infer' is compiled for no device, of which {_device.Name} can run none. Save the model for it: SaveOptions.Devices."));
        model.Save(_folder.Of("model.gfm"), Saved);
        using var untrusted = Artifact.Open(_folder.Of("model.gfm"));
        Assert.That(() => untrusted.Load(_device, "infer"), Throws.TypeOf<ArtifactException>().With.Property(nameof(ArtifactException.Code)).EqualTo(ArtifactError.NotTrusted));
    }

    [Test]
    public void Kinds_of_devices_have_names_that_files_can_have() => Assert.That(
        () => new SaveOptions { Devices = [on.Target.Value, on.Target.Value] }, Throws.TypeOf<GraphException>().With.Message.Contains("each another one"));

    [Test]
    public void A_program_of_a_device_is_loaded_once()
    {
        var model = CompiledModel.Compile(DeviceTrainingTests.Network(), [1, 6, 6], TestOptions.Default);
        model.Save(_folder.Of("model.gfm"), Saved);
        using var artifact = Artifact.Open(_folder.Of("model.gfm"), Trusted);
        var program = artifact.Load(_device, "infer");
        Assert.That(artifact.Load(_device, "infer", ("batch", Batch)), Is.SameAs(program));
        using var small = Artifact.Open(_folder.Of("model.gfm"), Trusted with { MemoryLimit = 100 });
        Assert.That(() => small.Load(_device, "infer"), Throws.TypeOf<ArtifactException>().With.Property(nameof(ArtifactException.Code)).EqualTo(ArtifactError.TooLarge));
    }

    [Test]
    public void Same_model_same_bytes()
    {
        var model = CompiledModel.Compile(DeviceTrainingTests.Network(), [1, 6, 6], TestOptions.Default);
        model.Save(_folder.Of("one.gfm"), Saved);
        model.Save(_folder.Of("two.gfm"), Saved);
        Assert.That(File.ReadAllBytes(_folder.Of("two.gfm")), Is.EqualTo(File.ReadAllBytes(_folder.Of("one.gfm"))));
    }
}
