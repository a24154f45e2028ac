using GraphForge.Compiler.Graph;

namespace GraphForge;

/// <summary>A number for each of three spatial axes, such as a kernel's size; one number stands for all.</summary>
/// <param name="Depth">For the third axis from the end.</param>
/// <param name="Height">For the axis before the last.</param>
/// <param name="Width">For the last axis.</param>
public readonly record struct Size3d(int Depth, int Height, int Width)
{
    internal EquatableArray<long> Extents => [Depth, Height, Width];

    public static implicit operator Size3d(int all) => new(all, all, all);

    public static implicit operator Size3d((int Depth, int Height, int Width) size) => new(size.Depth, size.Height, size.Width);

    /// <summary><c>3</c>, or <c>(3, 5, 5)</c> where they differ.</summary>
    public override string ToString() => SpatialAxes.Text(Extents);
}
