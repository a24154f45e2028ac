namespace GraphForge;

/// <summary>What <see cref="Functional.Pad"/> puts around a tensor.</summary>
public enum PadMode
{
    /// <summary>One value.</summary>
    Constant,

    /// <summary>The tensor mirrored at its first and last element, which are not repeated.</summary>
    Reflect,

    /// <summary>The first and last element, repeated.</summary>
    Replicate,

    /// <summary>The tensor's other end, as if it went round.</summary>
    Circular,
}
