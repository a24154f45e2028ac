using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Serialization;

namespace GraphForge.Bench.Peers;

/// <summary>A folder with what PyTorch started from and what it got: model.safetensors where there is a model, case.safetensors.</summary>
public sealed class WorkCase : IDisposable
{
    private readonly string _folder;
    private readonly SafetensorsFile _tensors;

    public WorkCase(string folder) => (_folder, _tensors) = (folder, SafetensorsFile.Open(Path.Combine(folder, "case.safetensors")));

    public void LoadInto(Module model)
    {
        using var weights = SafetensorsFile.Open(Path.Combine(_folder, "model.safetensors"));
        model.LoadStateDict(weights);
    }

    public float[] Floats(string name) => _tensors[name].ToArray<float>();

    /// <summary>An input, of floats or of whole numbers.</summary>
    public NamedArray Input(string name) => _tensors[name].DType == DType.Float32
        ? (name, Floats(name))
        : (name, _tensors[name].ToArray<long>());

    public void Dispose() => _tensors.Dispose();
}
