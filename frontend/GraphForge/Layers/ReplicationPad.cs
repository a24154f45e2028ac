namespace GraphForge.Layers;

/// <summary>The outermost elements repeated around signals [N, C, L].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left and right; a negative one cuts off.</param>
public sealed class ReplicationPad1d(params IReadOnlyList<int> padding) : SpatialPad(1, padding, PadMode.Replicate);

/// <summary>The outermost elements repeated around images [N, C, H, W].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left, right, top, bottom; a negative one cuts off.</param>
public sealed class ReplicationPad2d(params IReadOnlyList<int> padding) : SpatialPad(2, padding, PadMode.Replicate);

/// <summary>The outermost elements repeated around volumes [N, C, D, H, W].</summary>
/// <param name="padding">Numbers of elements: one for all sides, or left, right, top, bottom, front, back; a negative one cuts off.</param>
public sealed class ReplicationPad3d(params IReadOnlyList<int> padding) : SpatialPad(3, padding, PadMode.Replicate);
