using GraphForge.Compiler.Tests.Reference;

namespace GraphForge.Tests.Reference;

internal static class ImageAttributes
{
    /// <summary>
    /// False for windows that the frontend has no function for: it has those of images alone, padded alike on both sides, and
    /// averages that count padding.
    /// </summary>
    public static bool AreOffered(RecordedCase recorded)
    {
        var attributes = recorded.Attributes;
        if (!attributes.ContainsKey("stride")) return true;
        return recorded.Operands[0].Dims.Length == 4 && attributes["low"].ToString() == attributes["high"].ToString() &&
            !(attributes.TryGetValue("include", out var include) && !include.GetBoolean());
    }

    /// <summary>An attribute with one entry for each axis of an image.</summary>
    public static Size2d Size(this CaseAttributes attributes, string name)
    {
        var extents = attributes.Integers(name);
        return ((int)extents[0], (int)extents[1]);
    }
}
