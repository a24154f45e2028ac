using System.Globalization;

namespace GraphForge.Runtime.Artifacts;

/// <summary>An extent of an input or output.</summary>
/// <param name="Extent">The number; null where each binding has its own.</param>
/// <param name="Text">The number, the name of a symbol, or for outputs an expression such as <c>2·batch + 1</c>.</param>
public readonly record struct ArtifactDim(long? Extent, string Text)
{
    /// <summary>An extent that is a number.</summary>
    public static implicit operator ArtifactDim(long extent) => new(extent, extent.ToString(CultureInfo.InvariantCulture));

    /// <summary><see cref="Text"/>.</summary>
    public override string ToString() => Text;
}
