namespace GraphForge.Layers;

/// <summary>One value around signals [N, C, L].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left and right; a negative one cuts off.</param>
/// <param name="value">The value.</param>
public sealed class ConstantPad1d(IReadOnlyList<int> padding, double value) : SpatialPad(1, padding, PadMode.Constant, value)
{
    /// <inheritdoc cref="ConstantPad1d(IReadOnlyList{int}, double)"/>
    public ConstantPad1d(int padding, double value) : this([padding], value)
    {
    }
}

/// <summary>One value around images [N, C, H, W].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left, right, top, bottom; a negative one cuts off.</param>
/// <param name="value">The value.</param>
public sealed class ConstantPad2d(IReadOnlyList<int> padding, double value) : SpatialPad(2, padding, PadMode.Constant, value)
{
    /// <inheritdoc cref="ConstantPad2d(IReadOnlyList{int}, double)"/>
    public ConstantPad2d(int padding, double value) : this([padding], value)
    {
    }
}

/// <summary>One value around volumes [N, C, D, H, W].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left, right, top, bottom, front, back; a negative one cuts off.</param>
/// <param name="value">The value.</param>
public sealed class ConstantPad3d(IReadOnlyList<int> padding, double value) : SpatialPad(3, padding, PadMode.Constant, value)
{
    /// <inheritdoc cref="ConstantPad3d(IReadOnlyList{int}, double)"/>
    public ConstantPad3d(int padding, double value) : this([padding], value)
    {
    }
}
