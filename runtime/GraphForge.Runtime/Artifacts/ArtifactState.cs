namespace GraphForge.Runtime.Artifacts;

/// <summary>A stored tensor: a parameter, a running statistic, or what an optimizer keeps.</summary>
/// <param name="Name">Its name, as the state dictionary of the model or the training has it.</param>
/// <param name="DType">Element type.</param>
/// <param name="Dims">Extents, outermost first; empty for a scalar.</param>
public sealed record ArtifactState(string Name, DType DType, IReadOnlyList<long> Dims)
{
    /// <summary>Names under which modules that share the tensor have it besides.</summary>
    public IReadOnlyList<string> OtherNames { get; init; } = [];

    /// <summary>For example <c>'0.weight' (float32[784, 10])</c>.</summary>
    public override string ToString() => $"'{Name}' ({TensorLayout.Describe(DType, Dims)})";
}
