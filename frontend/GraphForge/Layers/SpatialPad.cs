using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>What the padding layers share: elements around the last axes of a batch [N, C, ...].</summary>
public abstract class SpatialPad : Module
{
    private readonly int[] _padding;
    private readonly PadMode _mode;
    private readonly double _value;

    /// <param name="axes">Number of spatial axes.</param>
    /// <param name="padding">One number for all sides, or two for each axis: before and after the last, before and after the one before, …</param>
    /// <param name="mode">What the elements are.</param>
    /// <param name="value">The elements of constant padding.</param>
    private protected SpatialPad(int axes, IReadOnlyList<int> padding, PadMode mode, double value = 0)
    {
        if (padding.Count != 1 && padding.Count != 2 * axes)
            throw Error(ErrorCode.BadAttribute,
                $"takes one padding for all sides or {2 * axes}, the last axis first, but was given [{string.Join(", ", padding)}].");
        _padding = padding.Count == 1 ? [.. Enumerable.Repeat(padding[0], 2 * axes)] : [.. padding];
        (_mode, _value) = (mode, value);
    }

    public sealed override Tensor Forward(Tensor input)
    {
        var axes = _padding.Length / 2;
        if (input.Rank != axes + 1 && input.Rank != axes + 2)
            throw Error(ErrorCode.ShapeMismatch, $"takes a batch with channels and {axes} spatial axes but was given {input.Shape}.");
        using var scope = Enter();
        return Functional.Pad(input, _padding, _mode, _value);
    }
}
