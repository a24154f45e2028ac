using GraphForge.Compiler.Graph;

namespace GraphForge.Layers;

/// <summary>How a kernel or pool slides over the last two axes of an image, with the checks that layers share.</summary>
internal readonly record struct Window2d(Size2d KernelSize, Size2d Stride, Size2d Padding, Size2d Dilation)
{
    /// <summary>What is wrong with a setting, as the end of a sentence; null when nothing is.</summary>
    public string? BadSetting() =>
        Below(KernelSize, 1, "kernelSize") ?? Below(Stride, 1, "stride") ?? Below(Padding, 0, "padding") ?? Below(Dilation, 1, "dilation");

    /// <summary>The side of an image [N, C, H, W] on which no window fits, and how far one reaches: <c>height 5</c>; else null.</summary>
    public string? TooLargeFor(Shape image) =>
        TooLarge("height", image[2], KernelSize.Height, Dilation.Height, Padding.Height) ??
        TooLarge("width", image[3], KernelSize.Width, Dilation.Width, Padding.Width);

    private static string? Below(Size2d value, int least, string name) => value.Height < least || value.Width < least
        ? $"needs a {name} of at least {least} but was given {value}."
        : null;

    private static string? TooLarge(string side, Dim extent, int kernel, int dilation, int padding)
    {
        var reach = dilation * (kernel - 1L) + 1;
        return extent.IsBound && extent.Value + 2L * padding < reach ? $"{side} {reach}" : null;
    }
}
