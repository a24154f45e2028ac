using System.Globalization;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime.Artifacts;
using GraphForge.Serialization;
using GraphForge.Tests.Serialization;

namespace GraphForge.Tests.Artifacts;

/// <summary>A training that is saved goes on in a process without a compiler as it would have here.</summary>
public sealed class OnDeviceTrainingTests
{
    private const int Batch = 8;
    private const int BatchesPerEpoch = 4;

    /// <summary>Two more epochs over the batches that <see cref="Feed"/> makes here, with dropout and momentum.</summary>
    private const string Device = """
        using System.Globalization;
        using GraphForge.Runtime.Artifacts;

        var (path, batch, batches) = (args[0], int.Parse(args[1]), int.Parse(args[2]));
        using var artifact = Artifact.Open(path, new ArtifactOptions { Trust = Trust.LocalFile, Threads = 2 });
        var step = artifact.Load("train", ("batch", batch));
        using var run = step.Rent();
        for (var epoch = 3; epoch < 5; epoch++)
        {
            for (var number = 0; number < batches; number++)
            {
                var samples = new float[batch * 6];
                var targets = new long[batch];
                for (var i = 0; i < samples.Length; i++) samples[i] = MathF.Sin(number * 97 + i * i);
                for (var i = 0; i < batch; i++) targets[i] = (number + i) % 3;
                run.Set<float>("samples", samples);
                run.Set<long>("targets", targets);
                run.Run();
                var loss = new float[1];
                run.Get<float>("loss", loss);
                Console.WriteLine("loss " + BitConverter.SingleToInt32Bits(loss[0]).ToString(CultureInfo.InvariantCulture));
            }
        }
        artifact.SaveWeights(args[3]);
        artifact.Save(args[4]);
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetName().Name)) Console.WriteLine("assembly " + assembly);
        """;

    [Test]
    public void Three_epochs_here_and_two_there_are_five_in_a_row()
    {
        using var folder = new TemporaryFolder();
        using var whole = Compile(seed: 5);
        using var half = Compile(seed: 5);
        Assert.That(Epochs(half, 3), Is.EqualTo(Epochs(whole, 3)));
        half.Save(folder.Of("training.gfm"));
        var expected = Epochs(whole, 2);

        var output = RuntimeProcess.Run(Device, folder.Of("training.gfm"), $"{Batch}", $"{BatchesPerEpoch}", folder.Of("after.safetensors"), folder.Of("after.gfm"));
        var losses = Lines(output, "loss ").Select(bits => BitConverter.Int32BitsToSingle(int.Parse(bits, CultureInfo.InvariantCulture)));
        Assert.That(losses, Is.EqualTo(expected));
        Assert.That(Lines(output, "assembly "), Does.Contain("GraphForge.Runtime").And.None.StartsWith("Microsoft.CodeAnalysis").And.None.EqualTo("GraphForge.Compiler"));

        // What the device learned comes back: the state is that of the training that never stopped.
        using var back = Compile(seed: 77);
        back.LoadStateDict(Safetensors.Load(folder.Of("after.safetensors")));
        foreach (var (name, tensor) in whole.StateDict())
            Assert.That(SafetensorsTests.Bytes(back.StateDict()[name]), Is.EqualTo(SafetensorsTests.Bytes(tensor)), name);
        Assert.That(Epochs(back, 1), Is.EqualTo(Epochs(whole, 1)));
        using var artifact = Artifact.Open(folder.Of("after.gfm"));
        Assert.That(artifact.State("training.step").AsSpan<long>()[0], Is.EqualTo(5 * BatchesPerEpoch));
    }

    [Test]
    public void Evaluation_and_learning_rate_are_there()
    {
        using var folder = new TemporaryFolder();
        using var training = Compile(seed: 2);
        Epochs(training, 1);
        training.Save(folder.Of("training.gfm"), new SaveOptions { VectorBits = [Compiler.Emit.Targets.CpuTarget.Host.VectorBytes * 8] });
        using var artifact = Artifact.Open(folder.Of("training.gfm"), new ArtifactOptions { Trust = Trust.LocalFile });
        Assert.That(artifact.Manifest.Kind, Is.EqualTo(ArtifactKind.Training));
        training.LearningRate = 0.25;
        artifact.SetState<double>("training.learning_rate", [0.25]);
        var (samples, targets) = Feed(0);
        Assert.That(Loss(artifact.Load("train"), samples, targets), Is.EqualTo(training.Step(("samples", samples), ("targets", targets)).Loss));
        Assert.That(Loss(artifact.Load("evaluate"), samples, targets), Is.EqualTo(training.Evaluate(("samples", samples), ("targets", targets)).Loss));
    }

    /// <summary>Nobody is trusted with code, and there is none for the batch: the graph is compiled anew.</summary>
    [Test]
    public void Without_trust_the_step_is_compiled_anew_for_any_batch()
    {
        using var folder = new TemporaryFolder();
        using var training = Compile(seed: 2);
        Epochs(training, 1);
        training.Save(folder.Of("training.gfm"), new SaveOptions { VectorBits = [128] });
        using var artifact = Artifact.Open(folder.Of("training.gfm"), new ArtifactOptions { Compiler = new ArtifactRecompiler(TestOptions.Default) });
        var (samples, targets) = Feed(0);
        Assert.That(Loss(artifact.Load("train", ("batch", Batch)), samples, targets), Is.EqualTo(training.Step(("samples", samples), ("targets", targets)).Loss));
        var (few, labels) = (samples[..(3 * 6)], targets[..3]);
        Assert.That(Loss(artifact.Load("train", ("batch", 3)), few, labels), Is.EqualTo(training.Step(("samples", few), ("targets", labels)).Loss));
        Assert.That(artifact.State("training.step").AsSpan<long>()[0], Is.EqualTo(training.Steps));
        Assert.That(Assert.Throws<ArtifactException>(() => artifact.Load("train", ("batch", 0)))!.Problem,
            Is.EqualTo("'train' needs an extent batch in 1..2147483647; it was given batch = 0."));
        using var run = artifact.Load("train", ("batch", 3)).Rent();
        Assert.That(Assert.Throws<ArtifactException>(() => run.Set<long>("targets", [0, 1, 3]))!.Problem, Does.StartWith("element 2 of the input 'targets' is 3, but "));
    }

    [Test]
    public void A_training_is_no_model()
    {
        using var folder = new TemporaryFolder();
        using var training = Compile(seed: 2);
        training.Save(folder.Of("training.gfm"), new SaveOptions { VectorBits = [128] });
        Assert.That(Assert.Throws<ArtifactException>(() => CompiledModel.Load(folder.Of("training.gfm")))!.Message, Is.EqualTo(
            $"{folder.Of("training.gfm")}: error GF0505: this is the artifact of a training; a CompiledModel takes one of a model, saved by CompiledModel.Save. Open it with Artifact.Open."));
    }

    private static float Loss(ArtifactProgram program, float[] samples, long[] targets)
    {
        using var run = program.Rent();
        run.Set<float>("samples", samples);
        run.Set<long>("targets", targets);
        run.Run();
        var loss = new float[1];
        run.Get<float>("loss", loss);
        return loss[0];
    }

    private static float[] Epochs(Training training, int epochs) => [.. Enumerable.Range(0, epochs * BatchesPerEpoch).Select(step =>
    {
        var (samples, targets) = Feed(step % BatchesPerEpoch);
        return training.Step(("samples", samples), ("targets", targets)).Loss;
    })];

    private static (float[] Samples, long[] Targets) Feed(int number)
    {
        var (samples, targets) = (new float[Batch * 6], new long[Batch]);
        for (var i = 0; i < samples.Length; i++) samples[i] = MathF.Sin(number * 97 + i * i);
        for (var i = 0; i < Batch; i++) targets[i] = (number + i) % 3;
        return (samples, targets);
    }

    private static IEnumerable<string> Lines(string output, string prefix) =>
        output.Split('\n').Where(l => l.StartsWith(prefix, StringComparison.Ordinal)).Select(l => l[prefix.Length..]);

    private static Training Compile(long seed) => Training.Compile(
        new Sequential(new Linear(6, 16), new Tanh(), new Dropout(0.3), new Linear(16, 3)), Losses.CrossEntropy, new AdamW(0.01),
        BatchSpec.Of(Batch, 6), TestOptions.WithSeed(seed));
}
