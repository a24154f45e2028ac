using GraphForge.Runtime;

namespace GraphForge.Compiler.Graph;

/// <summary>Shape and element type of a value.</summary>
public readonly record struct TensorType(DType DType, Shape Shape)
{
    public int Rank => Shape.Rank;

    /// <summary>Size in bytes of a bound type, stored dense.</summary>
    public long Bytes => Shape.Size.Value * DType.Size();

    public override string ToString() => $"{DType.ToString().ToLowerInvariant()}{Shape}";
}
