namespace GraphForge.Runtime.Artifacts;

/// <summary>An input or output of a function.</summary>
/// <param name="Name">How a run names it.</param>
/// <param name="DType">Element type.</param>
/// <param name="Dims">Extents, outermost first; empty for a scalar.</param>
public sealed record ArtifactTensor(string Name, DType DType, IReadOnlyList<ArtifactDim> Dims)
{
    /// <summary>For example <c>'image' (float32[batch, 28, 28])</c>.</summary>
    public override string ToString() => $"'{Name}' ({TensorLayout.Name(DType)}[{string.Join(", ", Dims)}])";
}
