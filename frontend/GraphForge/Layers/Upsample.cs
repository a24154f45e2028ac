namespace GraphForge.Layers;

/// <summary>Images, signals or volumes at another resolution: [N, C, ...] → [N, C, ...']; see <see cref="Functional.Interpolate"/>.</summary>
/// <param name="size">New spatial extents, one for all or one each.</param>
/// <param name="scaleFactor">Or factors of the extents.</param>
/// <param name="mode">How values between elements are found.</param>
/// <param name="alignCorners">Whether the middles of the corner elements stay in place, and not their outer edges.</param>
public sealed class Upsample(IReadOnlyList<int>? size = null, IReadOnlyList<double>? scaleFactor = null,
    InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false) : Module
{
    /// <summary>Every spatial extent times a factor.</summary>
    public Upsample(double scaleFactor, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
        : this(null, [scaleFactor], mode, alignCorners)
    {
    }

    public override Tensor Forward(Tensor input)
    {
        using var scope = Enter();
        return Functional.Interpolate(input, size, scaleFactor, mode, alignCorners);
    }
}
