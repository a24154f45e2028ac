using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;

namespace GraphForge.Layers;

/// <summary>What convolutions and pools demand of the settings of their windows and of their input.</summary>
internal static class WindowSettings
{
    extension(WindowGeometry windows)
    {
        /// <summary>What is wrong with a setting, as the end of a sentence; null when nothing is.</summary>
        public string? BadSetting() =>
            Below(windows.Kernel, 1, "kernelSize") ?? Below(windows.Stride, 1, "stride") ??
            Below(windows.PadLow, 0, "padding") ?? Below(windows.Dilation, 1, "dilation");

        /// <summary>
        /// The side of an input [N, C, spatial…] on which no window fits, and how far one reaches: <c>height 5</c>; else null.
        /// </summary>
        public string? TooLargeFor(Shape input)
        {
            for (var axis = 0; axis < windows.Rank; axis++)
            {
                var extent = input[axis + 2];
                if (extent.IsBound && extent.Value + windows.PadLow[axis] + windows.PadHigh[axis] < windows.Reach(axis))
                    return $"{SpatialAxes.Name(axis, windows.Rank)} {windows.Reach(axis)}";
            }
            return null;
        }
    }

    private static string? Below(EquatableArray<long> values, int least, string name) => values.Any(v => v < least)
        ? $"needs a {name} of at least {least} but was given {SpatialAxes.Text(values)}."
        : null;
}
