using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge;

/// <content>Other resolutions.</content>
public static partial class Functional
{
    /// <summary>The spatial axes, all after the second, at another resolution: [N, C, ...] → [N, C, ...'].</summary>
    /// <param name="input">[N, C, L], [N, C, H, W] or [N, C, D, H, W] with fixed spatial extents.</param>
    /// <param name="size">New extents, one for all spatial axes or one each.</param>
    /// <param name="scaleFactor">Or factors of the extents, whose products are rounded down.</param>
    /// <param name="mode">How values between elements are found; all but the nearest modes take floats.</param>
    /// <param name="alignCorners">Whether the middles of the corner elements stay in place, and not their outer edges; not for nearest modes.</param>
    public static Tensor Interpolate(Tensor input, IReadOnlyList<int>? size = null, IReadOnlyList<double>? scaleFactor = null,
        InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
    {
        var axes = CheckInterpolation(input, mode, alignCorners);
        if (size is null == scaleFactor is null)
            throw new GraphException(ErrorCode.BadAttribute, "interpolate takes a size or a scaleFactor, one of the two.");
        var factors = scaleFactor is null ? null : OneEach("scaleFactor", scaleFactor, axes);
        var sizes = size is not null ? OneEach("size", size, axes)
            : [.. factors!.Select((f, i) => (int)Math.Floor(input.Shape[i + 2].Value * f))];
        if (sizes.Any(s => s < 1))
            throw new GraphException(ErrorCode.BadAttribute,
                $"interpolate of {input.Node.Type} would leave no elements: new extents [{string.Join(", ", sizes)}].");
        // Axes that shrink most go first, so that the others have less to do.
        foreach (var i in Enumerable.Range(0, axes).OrderBy(i => (double)sizes[i] / input.Shape[i + 2].Value))
        {
            var from = (int)input.Shape[i + 2].Value;
            if (from != sizes[i]) input = AxisResampling.Of(mode, from, sizes[i], factors?[i], alignCorners).Apply(input, i + 2);
        }
        return input;
    }

    private static int CheckInterpolation(Tensor input, InterpolationMode mode, bool alignCorners)
    {
        var axes = input.Rank - 2;
        var isNearest = mode is InterpolationMode.Nearest or InterpolationMode.NearestExact;
        var (least, most) = mode switch
        {
            InterpolationMode.Linear => (1, 1),
            InterpolationMode.Bilinear or InterpolationMode.Bicubic => (2, 2),
            InterpolationMode.Trilinear => (3, 3),
            _ => (1, 3),
        };
        if (axes < least || axes > most)
            throw new GraphException(ErrorCode.ShapeMismatch,
                $"interpolate in mode {mode} takes [N, C, ...] with {(least == most ? $"{least}" : $"{least} to {most}")} spatial axes, " +
                $"got {input.Node.Type}.");
        if (alignCorners && isNearest)
            throw new GraphException(ErrorCode.BadAttribute, $"interpolate has no corners to align in mode {mode}; leave alignCorners off.");
        if (!isNearest && !input.DType.IsFloat())
            throw new GraphException(ErrorCode.WrongDType,
                $"interpolate in mode {mode} takes floats, got {input.Node.Type}; cast the operand.");
        if (input.Shape.Skip(2).Any(d => !d.IsBound || d.Is(0)))
            throw new GraphException(ErrorCode.ShapeMismatch, $"interpolate needs fixed spatial extents of at least 1, got {input.Node.Type}.");
        return axes;
    }

    private static T[] OneEach<T>(string name, IReadOnlyList<T> values, int axes) => values.Count == axes ? [.. values]
        : values.Count == 1 ? [.. Enumerable.Repeat(values[0], axes)]
        : throw new GraphException(ErrorCode.BadAttribute,
            $"interpolate takes one {name}, or one for each of the {axes} spatial axes, got [{string.Join(", ", values)}].");
}
