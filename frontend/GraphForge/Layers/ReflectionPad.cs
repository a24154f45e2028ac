namespace GraphForge.Layers;

/// <summary>Mirrored elements around signals [N, C, L].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left and right; a negative one cuts off.</param>
public sealed class ReflectionPad1d(params IReadOnlyList<int> padding) : SpatialPad(1, padding, PadMode.Reflect);

/// <summary>Mirrored elements around images [N, C, H, W].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left, right, top, bottom; a negative one cuts off.</param>
public sealed class ReflectionPad2d(params IReadOnlyList<int> padding) : SpatialPad(2, padding, PadMode.Reflect);

/// <summary>Mirrored elements around volumes [N, C, D, H, W].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left, right, top, bottom, front, back; a negative one cuts off.</param>
public sealed class ReflectionPad3d(params IReadOnlyList<int> padding) : SpatialPad(3, padding, PadMode.Reflect);
