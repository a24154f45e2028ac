using GraphForge.Compiler.Graph;

namespace GraphForge;

/// <summary>A number for each of two spatial axes, such as a kernel's size; one number stands for both.</summary>
/// <param name="Height">For the axis before the last.</param>
/// <param name="Width">For the last axis.</param>
public readonly record struct Size2d(int Height, int Width)
{
    internal EquatableArray<long> Extents => [Height, Width];

    public static implicit operator Size2d(int both) => new(both, both);

    public static implicit operator Size2d((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary><c>3</c>, or <c>(3, 5)</c> where the two differ.</summary>
    public override string ToString() => SpatialAxes.Text(Extents);
}
