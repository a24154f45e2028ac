namespace GraphForge.Layers;

/// <summary>Axes <paramref name="startDim"/>..<paramref name="endDim"/> made one; by default all but the batch.</summary>
/// <param name="startDim">First axis to merge.</param>
/// <param name="endDim">Last axis to merge.</param>
public sealed class Flatten(int startDim = 1, int endDim = -1) : Module
{
    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return input.Flatten(startDim, endDim);
    }
}
