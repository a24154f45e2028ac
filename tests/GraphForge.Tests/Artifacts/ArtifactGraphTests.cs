using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tests.Serialization;

namespace GraphForge.Tests.Artifacts;

/// <summary>The graph of an artifact, evaluated without kernels and compiled into another artifact.</summary>
public sealed class ArtifactGraphTests
{
    private static readonly SaveOptions Small = new() { VectorBits = [128], Name = "small", Metadata = new Dictionary<string, string> { ["by"] = "tests" } };

    [Test]
    public void Its_reference_is_that_of_the_model()
    {
        using var folder = new TemporaryFolder();
        Classifier.Compile(seed: 2).Save(folder.Of("model.gfm"), Small);
        using var artifact = Artifact.Open(folder.Of("model.gfm"));
        var graph = ArtifactGraph.Of(artifact, artifact.Manifest.Functions[0]);
        Assert.That(graph.Inputs.Select(i => $"{i}"), Is.EqualTo(new[] { "'kind' (int64[batch])", "'position' (float32[batch, 5])" }));
        var (kind, position) = Classifier.Sample(3);
        var told = new List<int>();
        var bound = graph.Bind(("batch", 3));
        var (outputs, states) = graph.Evaluate(bound, new Dictionary<string, Literal>
        {
            ["kind"] = Literal.Of<long>(kind, 3),
            ["position"] = Literal.Of<float>(position, 3, Classifier.Features),
        }, new Told<int>(told.Add));
        var expected = new float[3 * Classifier.Classes];
        CompiledModel.Load(folder.Of("model.gfm"), TestOptions.Default with { Backend = Backend.Reference }).Run([("kind", kind), ("position", position)], [("scores", expected)]);
        Assert.That(outputs["scores"].AsSpan<float>().ToArray(), Is.EqualTo(expected));
        Assert.That(states, Is.All.Null);
        Assert.That(told, Is.EqualTo(Enumerable.Range(1, bound.TopologicalOrder().Count)));
    }

    /// <summary>New values of states are given back; those of the artifact stay.</summary>
    [Test]
    public void A_step_yields_new_states()
    {
        using var folder = new TemporaryFolder();
        using var training = Training.Compile(new Linear(2, 2), Losses.CrossEntropy, new SGD(0.5), BatchSpec.Of(2, 2), TestOptions.WithSeed(1));
        training.Save(folder.Of("training.gfm"), Small);
        using var artifact = Artifact.Open(folder.Of("training.gfm"));
        var graph = ArtifactGraph.Of(artifact, artifact.Manifest.Functions[0]);
        var inputs = new Dictionary<string, Literal> { ["samples"] = Literal.Of<float>([1, 2, 3, 4], 2, 2), ["targets"] = Literal.Of<long>([0, 1], 2) };
        var before = artifact.State("model.weight").AsSpan<float>().ToArray();
        var (outputs, states) = graph.Evaluate(graph.Bind(("batch", 2)), inputs);
        var loss = training.Step(("samples", new float[] { 1, 2, 3, 4 }), ("targets", new long[] { 0, 1 })).Loss;
        Assert.That(outputs["loss"].AsSpan<float>()[0], Is.EqualTo(loss).Within(1e-6f));
        var weight = graph.States.Index().Single(s => s.Item.Name == "model.weight").Index;
        Assert.That(states[weight]!.AsSpan<float>().ToArray(), Is.Not.EqualTo(before));
        Assert.That(artifact.State("model.weight").AsSpan<float>().ToArray(), Is.EqualTo(before));
        Assert.That(() => graph.Evaluate(graph.Bind(("batch", 2)), inputs, cancellation: new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Options_are_found_in_the_manifest()
    {
        using var folder = new TemporaryFolder();
        Classifier.Compile().Save(folder.Of("model.gfm"), Small with { Bindings = [[("batch", 2)], [("batch", 5)]] });
        using var artifact = Artifact.Open(folder.Of("model.gfm"));
        var options = SaveOptions.Of(artifact.Manifest);
        Assert.That((options.Name, options.Metadata["by"]), Is.EqualTo(("small", "tests")));
        Assert.That(options.VectorBits, Is.EqualTo(new[] { 128 }));
        Assert.That(options.Bindings.Select(b => b.Single()), Is.EqualTo(new[] { ("batch", 2L), ("batch", 5L) }));
    }

    /// <summary>What one artifact's training learned goes on in another that was compiled for other batches too.</summary>
    [Test]
    public void A_training_compiled_again_goes_on()
    {
        using var folder = new TemporaryFolder();
        using var training = Training.Compile(new Linear(2, 2), Losses.CrossEntropy, new AdamW(0.1), BatchSpec.Of(2, 2), TestOptions.WithSeed(1));
        Step(training);
        training.Save(folder.Of("training.gfm"), Small);
        var told = new List<string>();
        using (var artifact = Artifact.Open(folder.Of("training.gfm")))
            new ArtifactRecompiler(TestOptions.Default).Save(artifact, folder.Of("again.gfm"), SaveOptions.Of(artifact.Manifest) with { Bindings = [[("batch", 2)], [("batch", 3)]] },
                new Told<SaveProgress>(p => told.Add($"{p.Function} {p.Extents["batch"]} {p.VectorBits}")));
        Assert.That(told, Is.EqualTo(new[] { "train 2 128", "train 3 128", "evaluate 2 128", "evaluate 3 128" }));
        using var again = Artifact.Open(folder.Of("again.gfm"), new ArtifactOptions { Trust = Trust.LocalFile });
        using var run = again.Load("train", ("batch", 2)).Rent();
        for (var step = 0; step < 3; step++)
        {
            run.Set<float>("samples", [1, 2, 3, 4]);
            run.Set<long>("targets", [0, 1]);
            run.Run();
            var loss = new float[1];
            run.Get<float>("loss", loss);
            Assert.That(loss[0], Is.EqualTo(Step(training)).Within(1e-6f));
        }
    }

    private static float Step(Training training) => training.Step(("samples", new float[] { 1, 2, 3, 4 }), ("targets", new long[] { 0, 1 })).Loss;

    private sealed class Told<T>(Action<T> told) : IProgress<T>
    {
        public void Report(T value) => told(value);
    }
}
