using GraphForge.Layers;

namespace GraphForge.Tests.Layers;

/// <summary>Layers without parameters that move, copy, mix or pad elements.</summary>
internal static class RearrangementSamples
{
    public static IEnumerable<LayerSample> All =>
    [
        new(new Flatten(), 2, 3, 2),
        new(new Unflatten(1, 3, 2), 2, 6),
        new(new Upsample(1.5, InterpolationMode.Bilinear), 1, 1, 3, 4),
        new(new PixelShuffle(2), 1, 4, 2, 1),
        new(new PixelUnshuffle(2), 1, 1, 2, 4),
        new(new ChannelShuffle(2), 1, 4, 2),
        new(new Unfold(2, padding: 1, stride: 2), 1, 2, 3, 4),
        new(new Fold((3, 4), 2, padding: 1), 1, 4, 20),
        new(new ConstantPad1d([1, -1], 0.5), 1, 2, 3),
        new(new ConstantPad2d(1, 0.5), 1, 1, 2, 2),
        new(new ConstantPad3d(1, 0.5), 1, 1, 2, 1, 1),
        new(new ZeroPad1d(2), 1, 1, 3),
        new(new ZeroPad2d(1, 0, 2, 1), 1, 1, 2, 2),
        new(new ZeroPad3d(1), 1, 1, 1, 2, 1),
        new(new ReflectionPad1d(2), 1, 1, 3),
        new(new ReflectionPad2d(1), 1, 1, 2, 3),
        new(new ReflectionPad3d(1), 1, 1, 2, 2, 2),
        new(new ReplicationPad1d(2), 1, 1, 3),
        new(new ReplicationPad2d(1), 1, 1, 2, 1),
        new(new ReplicationPad3d(1), 1, 1, 1, 2, 1),
        new(new CircularPad1d(2), 1, 1, 3),
        new(new CircularPad2d(1), 1, 1, 2, 2),
        new(new CircularPad3d(1), 1, 1, 1, 2, 1),
    ];
}
