using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>Axis <paramref name="dim"/> as several.</summary>
/// <param name="dim">The axis to split.</param>
/// <param name="unflattenedSize">Its new extents; one may be -1 and takes what is left.</param>
public sealed class Unflatten(int dim, params IReadOnlyList<int> unflattenedSize) : Module
{
    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return input.Unflatten(dim, [.. unflattenedSize.Select(size => (Dim)size)]);
    }
}
