using System.CommandLine;
using System.CommandLine.Parsing;

namespace GraphForge.Tool.Options;

/// <summary>The option <c>--bind batch=8,length=128</c>.</summary>
internal static class Extents
{
    /// <summary>One choice of extents.</summary>
    public static Option<(string Symbol, long Extent)[]?> Option() => new("--bind", "-b")
    {
        Description = "Extents that the artifact leaves open: batch=8,length=128. Where inputs are given, their shapes tell.",
        HelpName = "name=extent,…",
        CustomParser = result => Parse(result, result.Tokens[0].Value),
    };

    /// <summary>Several choices, each an option of its own.</summary>
    /// <param name="description">What they are for.</param>
    public static Option<(string Symbol, long Extent)[][]> Options(string description) => new("--bind", "-b")
    {
        Description = description,
        HelpName = "name=extent,…",
        CustomParser = result => [.. result.Tokens.Select(t => Parse(result, t.Value) ?? [])],
        DefaultValueFactory = _ => [],
    };

    private static (string, long)[]? Parse(ArgumentResult result, string text)
    {
        if (SaveOptions.TryParseBinding(text, out var extents)) return [.. extents];
        result.AddError($"'{text}' names no extents; write batch=8, or batch=8,length=128, each once.");
        return null;
    }

    /// <summary>For example <c>batch = 8, length = 128</c>.</summary>
    public static string Text(IEnumerable<(string Symbol, long Extent)> extents) =>
        string.Join(", ", extents.OrderBy(e => e.Symbol, StringComparer.Ordinal).Select(e => $"{e.Symbol} = {e.Extent}"));
}
