namespace GraphForge.Layers;

/// <summary>Zeros around signals [N, C, L].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left and right; a negative one cuts off.</param>
public sealed class ZeroPad1d(params IReadOnlyList<int> padding) : SpatialPad(1, padding, PadMode.Constant);

/// <summary>Zeros around images [N, C, H, W].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left, right, top, bottom; a negative one cuts off.</param>
public sealed class ZeroPad2d(params IReadOnlyList<int> padding) : SpatialPad(2, padding, PadMode.Constant);

/// <summary>Zeros around volumes [N, C, D, H, W].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left, right, top, bottom, front, back; a negative one cuts off.</param>
public sealed class ZeroPad3d(params IReadOnlyList<int> padding) : SpatialPad(3, padding, PadMode.Constant);
