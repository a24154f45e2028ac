namespace GraphForge.Layers;

/// <summary>[N, C·r², H, W] → [N, C, H·r, W·r]: r² channels become the pixels of one.</summary>
/// <param name="upscaleFactor">r.</param>
public sealed class PixelShuffle(int upscaleFactor) : Module
{
    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return Functional.PixelShuffle(input, upscaleFactor);
    }
}

/// <summary>[N, C, H·r, W·r] → [N, C·r², H, W]: the inverse of <see cref="PixelShuffle"/>.</summary>
/// <param name="downscaleFactor">r.</param>
public sealed class PixelUnshuffle(int downscaleFactor) : Module
{
    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return Functional.PixelUnshuffle(input, downscaleFactor);
    }
}

/// <summary>[N, C, ...] with the channels of the groups taken in turns.</summary>
/// <param name="groups">Number of groups of channels.</param>
public sealed class ChannelShuffle(int groups) : Module
{
    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return Functional.ChannelShuffle(input, groups);
    }
}
