namespace GraphForge.Layers;

/// <summary>Elements of the other end around signals [N, C, L].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left and right; a negative one cuts off.</param>
public sealed class CircularPad1d(params IReadOnlyList<int> padding) : SpatialPad(1, padding, PadMode.Circular);

/// <summary>Elements of the other end around images [N, C, H, W].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left, right, top, bottom; a negative one cuts off.</param>
public sealed class CircularPad2d(params IReadOnlyList<int> padding) : SpatialPad(2, padding, PadMode.Circular);

/// <summary>Elements of the other end around volumes [N, C, D, H, W].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left, right, top, bottom, front, back; a negative one cuts off.</param>
public sealed class CircularPad3d(params IReadOnlyList<int> padding) : SpatialPad(3, padding, PadMode.Circular);
