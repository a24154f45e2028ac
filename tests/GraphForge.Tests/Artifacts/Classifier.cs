using GraphForge.Initialization;
using GraphForge.Layers;

namespace GraphForge.Tests.Artifacts;

/// <summary>A small model with two inputs, one of them read as positions of a table.</summary>
internal sealed class Classifier : Module
{
    public const int Kinds = 6;
    public const int Features = 5;
    public const int Classes = 3;

    private readonly Embedding _kind = new(Kinds, 4);
    private readonly Linear _position = new(Features, 4);
    private readonly Linear _head = new(8, Classes);

    public static IReadOnlyList<TensorSpec> Inputs { get; } = [TensorSpec.Of<long>("kind", "batch"), TensorSpec.Of<float>("position", "batch", Features)];

    public Tensor Forward(Tensor kind, Tensor position) => _head.Forward(Tensor.Cat([_kind.Forward(kind), _position.Forward(position)], 1).Tanh());

    public static CompiledModel Compile(long seed = 0) => Compile(new Classifier(), seed);

    public static CompiledModel Compile(Classifier model, long seed = 0) => CompiledModel.Compile(model,
        x => new NamedTensors { ["scores"] = model.Forward(x["kind"], x["position"]) }, Inputs, TestOptions.WithSeed(seed));

    /// <summary>Inputs that say what they are.</summary>
    public static (long[] Kind, float[] Position) Sample(int batch) => (
        [.. Enumerable.Range(0, batch).Select(i => (long)(i * i % Kinds))], [.. Enumerable.Range(0, batch * Features).Select(i => MathF.Sin(i))]);
}
