using System.IO.Compression;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Layers;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tests.Serialization;

namespace GraphForge.Tests.Artifacts;

/// <summary>An artifact computes what the model it was saved from does, to the bit.</summary>
public sealed class ArtifactRunTests
{
    private static readonly ArtifactOptions Trusted = new() { Trust = Trust.LocalFile, Threads = 2 };

    private static readonly SaveOptions Batches = new() { Bindings = [[("batch", 1)], [("batch", 7)]] };

    /// <summary>For this processor alone, where the others would only take time.</summary>
    private static readonly SaveOptions Here = Batches with { VectorBits = [CpuTarget.Host.VectorBytes * 8] };

    private static IEnumerable<TestCaseData> Models()
    {
        yield return Case("perceptron", new Sequential(new Linear(20, 33), new ReLU(), new Linear(33, 4)), [20]);
        yield return Case("convolutions", new Sequential(
            new Conv2d(1, 8, 3), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(8 * 5 * 5, 10)), [1, 12, 12]);

        static TestCaseData Case(string name, Module model, long[] shape) => new TestCaseData(model, shape).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Models))]
    public void Outputs_are_those_of_the_model(Module model, long[] shape)
    {
        using var folder = new TemporaryFolder();
        var compiled = CompiledModel.Compile(model, Shape.Of(shape), TestOptions.WithSeed(4));
        compiled.Save(folder.Of("model.gfm"), Here);
        using var artifact = Artifact.Open(folder.Of("model.gfm"), Trusted);
        var loaded = CompiledModel.Load(folder.Of("model.gfm"), TestOptions.Default);
        foreach (var batch in new[] { 1, 7 })
        {
            var input = Values.Sequence(batch * (int)compiled.InputShape.Size.Value).Select(MathF.Sin).ToArray();
            var (expected, actual, recompiled) = (Outputs(), Outputs(), Outputs());
            compiled.Run(input, expected);
            loaded.Run(input, recompiled);
            using var run = artifact.Load("infer", ("batch", batch)).Rent();
            run.Set<float>("input", input);
            run.Run();
            run.Get<float>("output", actual);
            Assert.That(actual, Is.EqualTo(expected));
            Assert.That(recompiled, Is.EqualTo(expected));

            float[] Outputs() => new float[batch * compiled.OutputShape.Size.Value];
        }
    }

    [Test]
    public void Every_width_of_vectors_is_held_and_the_widest_is_taken()
    {
        using var folder = new TemporaryFolder();
        Classifier.Compile().Save(folder.Of("model.gfm"), Batches);
        var host = CpuTarget.Host.VectorBytes * 8;
        var widths = new List<int>();
        foreach (var most in new[] { 128, 256, 512 })
        {
            using var artifact = Artifact.Open(folder.Of("model.gfm"), Trusted with { MaxVectorBits = most });
            var program = artifact.Load("infer", ("batch", 7));
            widths.Add(program.VectorBits);
            var (kind, position) = Classifier.Sample(7);
            var scores = new float[7 * Classifier.Classes];
            using var run = program.Rent();
            run.Set<long>("kind", kind);
            run.Set<float>("position", position);
            run.Run();
            run.Get<float>("scores", scores);
            Assert.That(scores, Is.All.Matches<float>(float.IsFinite).And.Some.Not.Zero);
        }
        Assert.That(widths, Is.EqualTo(new[] { 128, Math.Min(256, host), host }));
    }

    [Test]
    public void Same_model_same_bytes()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "a.gfm", "b.gfm" })
            Classifier.Compile(seed: 3).Save(folder.Of(name), Here with { Metadata = new Dictionary<string, string> { ["licence"] = "MIT", ["classes"] = "a, b, c" } });
        Assert.That(File.ReadAllBytes(folder.Of("b.gfm")), Is.EqualTo(File.ReadAllBytes(folder.Of("a.gfm"))));
    }

    [Test]
    public void Any_zip_tool_reads_it()
    {
        using var folder = new TemporaryFolder();
        Classifier.Compile().Save(folder.Of("model.gfm"), Batches);
        using var zip = ZipFile.OpenRead(folder.Of("model.gfm"));
        Assert.That(zip.Entries.Select(e => e.FullName), Is.SupersetOf(new[]
        {
            "manifest.json", "weights.safetensors", "graphs/infer.graph", "programs/infer/0/v128/kernels.cs", "programs/infer/1/v512/kernels.dll",
        }));
        using var source = new StreamReader(zip.GetEntry("programs/infer/0/v256/kernels.cs")!.Open());
        Assert.That(source.ReadToEnd(), Does.Contain("for 256-bit vectors").And.Contain("internal static unsafe class Kernels"));
        zip.GetEntry("weights.safetensors")!.ExtractToFile(folder.Of("weights.safetensors"));
        Assert.That(SafetensorsTests.Bytes(GraphForge.Serialization.Safetensors.Load(folder.Of("weights.safetensors"))["head.bias"]),
            Has.Length.EqualTo(4 * Classifier.Classes));
    }

    [Test]
    public void What_is_read_as_an_index_is_checked()
    {
        using var folder = new TemporaryFolder();
        var model = Classifier.Compile();
        model.Save(folder.Of("model.gfm"), Here);
        using var artifact = Artifact.Open(folder.Of("model.gfm"), Trusted);
        using var run = artifact.Load("infer", ("batch", 1)).Rent();
        var (_, position) = Classifier.Sample(1);
        var here = Assert.Throws<ArtifactException>(() => run.Set<long>("kind", [6]))!;
        var there = Assert.Throws<GraphException>(() => model.Run([("kind", (long[])[6]), ("position", position)], [("scores", new float[3])]))!;
        var loaded = CompiledModel.Load(folder.Of("model.gfm"), TestOptions.Default);
        var again = Assert.Throws<GraphException>(() => loaded.Run([("kind", (long[])[6]), ("position", position)], [("scores", new float[3])]))!;
        Assert.That(here.Problem, Is.EqualTo(there.Problem).And.EqualTo(again.Problem).And.Contains("element 0 of the input 'kind' is 6, but Embedding 'kind' has rows 0..5."));
    }

    [Test]
    public void A_loaded_model_takes_any_batch()
    {
        using var folder = new TemporaryFolder();
        var model = Classifier.Compile(seed: 9);
        model.Save(folder.Of("model.gfm"), Here);
        var loaded = CompiledModel.Load(folder.Of("model.gfm"), TestOptions.Default);
        var (kind, position) = Classifier.Sample(12);
        var (expected, actual) = (new float[12 * Classifier.Classes], new float[12 * Classifier.Classes]);
        model.Run([("kind", kind), ("position", position)], [("scores", expected)]);
        loaded.Run([("kind", kind), ("position", position)], [("scores", actual)]);
        Assert.That(actual, Is.EqualTo(expected));
    }

    [Test]
    public void A_cancelled_save_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        folder.With("model.gfm", [1, 2, 3]);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.That(() => Classifier.Compile().Save(folder.Of("model.gfm"), Batches, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(folder.Files, Is.EqualTo(new[] { "model.gfm" }));
        Assert.That(File.ReadAllBytes(folder.Of("model.gfm")), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void Open_extents_must_be_named()
    {
        var model = CompiledModel.Compile(new Sequential(), x => new NamedTensors { ["y"] = x["x"].Sum() },
            [TensorSpec.Of<float>("x", "rows", "columns")], TestOptions.Default);
        var error = Assert.Throws<GraphException>(() => model.Save("never.gfm"))!;
        Assert.That(error.Problem, Is.EqualTo("the model leaves 'rows', 'columns' open; say in SaveOptions what to compile it for: Bindings = [[(\"rows\", …), (\"columns\", …)]]."));
    }
}
