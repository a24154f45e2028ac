using GraphForge.Layers;
using GraphForge.Optimizers;
using GraphForge.Tests;
using GraphForge.Tests.Artifacts;
using GraphForge.Tests.Serialization;

namespace GraphForge.Tool.Tests;

/// <summary>Artifacts that tests work on, in a folder of their own.</summary>
internal sealed class SampleArtifacts : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>A model of two inputs, compiled for a batch of 1 and of 4 and vectors of 128 bits.</summary>
    public string Classifier { get; }

    public SampleArtifacts()
    {
        Classifier = Of("classifier.gfm");
        Model.Save(Classifier, Options with { Bindings = [[("batch", 1)], [("batch", 4)]] });
    }

    /// <summary>What <see cref="Classifier"/> was saved from.</summary>
    public CompiledModel Model { get; } = GraphForge.Tests.Artifacts.Classifier.Compile(seed: 3);

    /// <summary>Kernels that every processor runs.</summary>
    private static SaveOptions Options { get; } = new()
    {
        Name = "classifier",
        Metadata = new Dictionary<string, string> { ["licence"] = "MIT" },
        VectorBits = [128],
    };

    public string Of(string name) => _folder.Of(name);

    public string With(string name, string content)
    {
        File.WriteAllText(Of(name), content);
        return Of(name);
    }

    public string With(string name, byte[] content) => _folder.With(name, content);

    /// <summary>A training step with momentum for a batch of 4.</summary>
    public string Training()
    {
        using var training = GraphForge.Training.Compile(
            new Linear(3, 2), Losses.CrossEntropy, new SGD(0.1, momentum: 0.9), BatchSpec.Of(4, 3), TestOptions.WithSeed(1));
        training.Save(Of("training.gfm"), Options with { Name = "line" });
        return Of("training.gfm");
    }

    /// <summary>A linear layer and what follows it, for a batch of 2.</summary>
    public string Line(string name, Module activation, SaveOptions? save = null)
    {
        CompiledModel.Compile(new Sequential(new Linear(3, 2), activation), [3], TestOptions.WithSeed(1))
            .Save(Of(name), save ?? Options with { Bindings = [[("batch", 2)]] });
        return Of(name);
    }

    public IEnumerable<string> Files => Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(_folder.Path, f).Replace('\\', '/')).Order(StringComparer.Ordinal);

    public void Dispose() => _folder.Dispose();
}
