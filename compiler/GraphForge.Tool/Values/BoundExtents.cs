using GraphForge.Compiler.Graph;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tool.Options;

namespace GraphForge.Tool.Values;

/// <summary>The extents of a run: those that are named, those that inputs have, or the only ones there are.</summary>
internal static class BoundExtents
{
    /// <param name="manifest">Of the artifact.</param>
    /// <param name="function">What is run.</param>
    /// <param name="named">By <c>--bind</c>; null where it is not given.</param>
    /// <param name="inputs">Those that are given.</param>
    /// <exception cref="CommandException">An extent is unknown, missing or out of bounds, or two say different things of it.</exception>
    public static (string Symbol, long Extent)[] Of(
        ArtifactManifest manifest, ArtifactFunction function, (string Symbol, long Extent)[]? named, IReadOnlyDictionary<string, Literal> inputs)
    {
        var open = function.Inputs.SelectMany(i => i.Dims).Where(d => d.Extent is null).Select(d => d.Text).Distinct().ToArray();
        var found = new Dictionary<string, (long Extent, string Origin)>();
        foreach (var (symbol, extent) in named ?? [])
            found[symbol] = open.Contains(symbol)
                ? (extent, "--bind")
                : throw new CommandException($"--bind {symbol}={extent}: '{function.Name}' has no extent {symbol}; {(open.Length == 0 ? "none is open" : $"open are {string.Join(", ", open)}")}.");
        foreach (var input in function.Inputs)
            if (inputs.TryGetValue(input.Name, out var values)) Take(input, values, found);
        if (found.Count == 0 && function.Bindings is [var only]) return [.. only.Extents.Select(e => (e.Key, e.Value))];
        foreach (var symbol in open)
        {
            if (!found.TryGetValue(symbol, out var extent))
                throw new CommandException($"the extent {symbol} of '{function.Name}' is open: name it, --bind {symbol}=8. " +
                    $"The artifact was compiled for {string.Join("; for ", function.Bindings.Select(b => b.ToString()).DefaultIfEmpty("none"))}.");
            var bounds = manifest.Symbols.First(s => s.Name == symbol);
            if (extent.Extent < bounds.Minimum || extent.Extent > bounds.Maximum)
                throw new CommandException($"the extent {symbol} cannot be {extent.Extent}; it lies in {bounds.Minimum}..{bounds.Maximum}.");
        }
        return [.. open.Select(symbol => (symbol, found[symbol].Extent))];
    }

    private static void Take(ArtifactTensor input, Literal values, Dictionary<string, (long Extent, string Origin)> found)
    {
        foreach (var (dim, extent) in input.Dims.Zip(values.Type.Shape.Values))
        {
            if (dim.Extent is not null) continue;
            var origin = $"the input '{input.Name}'";
            if (!found.TryAdd(dim.Text, (extent, origin)) && found[dim.Text] is var other && other.Extent != extent)
                throw new CommandException($"the extent {dim.Text} is {other.Extent} by {other.Origin} and {extent} by {origin}.");
        }
    }

    /// <summary>For example <c>infer for batch = 8</c>.</summary>
    public static string Describe(string function, IReadOnlyCollection<(string Symbol, long Extent)> extents) =>
        extents.Count == 0 ? function : $"{function} for {Extents.Text(extents)}";
}
