using System.Globalization;
using GraphForge.Compiler.Tests;
using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tests.Devices;

namespace GraphForge.Tests.Artifacts;

/// <summary>
/// Artifacts of released formats, which are kept beside the runtime's tests and loaded there. Here they are compiled anew from
/// their graphs; with <c>UPDATE_GOLDEN=1</c> those of the present format are written.
/// </summary>
public sealed class ReleasedArtifactTests
{
    private const int Batch = 4;

    private static readonly string Folder = RepositoryFolder.Of("tests", "GraphForge.Runtime.Tests", "Artifacts", "Released");

    private static IEnumerable<int> Formats => Enumerable.Range(
        ArtifactManifest.OldestFormat, ArtifactManifest.CurrentFormat - ArtifactManifest.OldestFormat + 1);

    [OneTimeSetUp]
    public void WriteIfAsked()
    {
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") != "1") return;
        Directory.CreateDirectory(Folder);
        var model = Classifier.Compile(seed: 1);
        var metadata = new Dictionary<string, string> { ["purpose"] = "kept by the tests" };
        model.Save(PathOf(ArtifactManifest.CurrentFormat, "inference.gfm"),
            new SaveOptions { Name = "classifier", Metadata = metadata, Bindings = [[("batch", Batch)]], VectorBits = [128, 512], Devices = [TestDevices.Double.Target.Value] });
        using var training = Training.Compile(new Linear(3, 2), Losses.CrossEntropy, new SGD(0.1, momentum: 0.9), BatchSpec.Of(Batch, 3), TestOptions.WithSeed(1));
        training.Save(PathOf(ArtifactManifest.CurrentFormat, "training.gfm"), new SaveOptions { Name = "line", VectorBits = [128], Devices = [TestDevices.Double.Target.Value] });
        var (samples, targets) = (Enumerable.Range(0, 3 * Batch).Select(i => MathF.Sin(i)).ToArray(), new long[] { 0, 1, 1, 0 });
        var losses = Enumerable.Range(0, 5).Select(_ => training.Step(("samples", samples), ("targets", targets)).Loss);
        File.WriteAllLines(PathOf(ArtifactManifest.CurrentFormat, "expected.txt"), Scores(model).Concat(losses).Select(v => v.ToString("R", CultureInfo.InvariantCulture)));
    }

    [TestCaseSource(nameof(Formats))]
    public void Their_graphs_are_compiled_anew(int format)
    {
        var expected = File.ReadAllLines(PathOf(format, "expected.txt")).Take(Batch * Classifier.Classes).Select(v => float.Parse(v, CultureInfo.InvariantCulture));
        var loaded = CompiledModel.Load(PathOf(format, "inference.gfm"), TestOptions.Default);
        Assert.That(Scores(loaded), Is.EqualTo(expected).Within(1e-5f));
        Assert.That(loaded.Inputs.Select(i => $"{i}"), Is.EqualTo(new[] { "'kind' (int64[batch])", "'position' (float32[batch, 5])" }));
    }

    private static float[] Scores(CompiledModel model)
    {
        var (kind, position) = Classifier.Sample(Batch);
        var scores = new float[Batch * Classifier.Classes];
        model.Run([("kind", kind), ("position", position)], [("scores", scores)]);
        return scores;
    }

    private static string PathOf(int format, string name) => Path.Combine(Folder, $"format{format}-{name}");
}
