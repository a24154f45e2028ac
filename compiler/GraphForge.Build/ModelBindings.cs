using System.Globalization;
using GraphForge.Compiler.Graph;

namespace GraphForge.Build;

/// <summary>Extents as an attribute can hold them: <c>"batch=1, length=128"</c>.</summary>
internal static class ModelBindings
{
    /// <exception cref="GraphException">A text is not of this form.</exception>
    public static IReadOnlyList<IReadOnlyList<(string Symbol, long Extent)>> Parse(IEnumerable<string> texts) => [.. texts.Select(Parse)];

    private static (string Symbol, long Extent)[] Parse(string text) => [.. text.Split(',').Select(part =>
        part.Split('=') is [var symbol, var extent] && symbol.Trim() is { Length: > 0 } name &&
        long.TryParse(extent.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? (name, value)
            : throw new GraphException(ErrorCode.BadBinding,
                $"'{text}' does not say what to compile for; write each extent with its number, such as Bindings = [\"batch=1, length=128\"]."))];
}
