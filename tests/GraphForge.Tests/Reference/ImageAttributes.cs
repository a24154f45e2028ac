using GraphForge.Compiler.Tests.Reference;

namespace GraphForge.Tests.Reference;

internal static class ImageAttributes
{
    /// <summary>An attribute with one entry for each axis of an image.</summary>
    public static Size2d Size(this CaseAttributes attributes, string name)
    {
        var extents = attributes.Integers(name);
        return ((int)extents[0], (int)extents[1]);
    }
}
