namespace GraphForge;

/// <summary>How <see cref="Functional.Interpolate"/> finds values between elements.</summary>
public enum InterpolationMode
{
    /// <summary>The element at or before the position: ⌊i · in/out⌋.</summary>
    Nearest,

    /// <summary>The element whose cell holds the middle of the new cell: ⌊(i + ½) · in/out⌋.</summary>
    NearestExact,

    /// <summary>Two neighbours by distance, along one spatial axis.</summary>
    Linear,

    /// <summary>Two neighbours by distance, along each of two spatial axes.</summary>
    Bilinear,

    /// <summary>Two neighbours by distance, along each of three spatial axes.</summary>
    Trilinear,

    /// <summary>Four neighbours by a cubic, along each of two spatial axes.</summary>
    Bicubic,
}
