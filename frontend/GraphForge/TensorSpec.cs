using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge;

/// <summary>Name, element type and shape of something a compiled program takes or gives.</summary>
/// <param name="Name">How the model and the caller of a run name it.</param>
/// <param name="DType">Element type.</param>
/// <param name="Shape">
/// Extents, outermost first; each a number, or the name of an extent that each run decides anew, such as <c>["batch", 28, 28]</c>.
/// </param>
public sealed record TensorSpec(string Name, DType DType, Shape Shape)
{
    /// <summary>A tensor of elements <typeparamref name="T"/>: <c>TensorSpec.Of&lt;long&gt;("tokens", "batch", 128)</c>.</summary>
    public static TensorSpec Of<T>(string name, params ReadOnlySpan<Dim> dims) where T : unmanaged =>
        new(name, DTypes.Of<T>(), Shape.Create(dims));

    internal TensorType Type => new(DType, Shape);

    public override string ToString() => $"'{Name}' ({Type})";
}
