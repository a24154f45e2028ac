using GraphForge.Compiler.Graph;
using GraphForge.Execution;

namespace GraphForge.Saving;

/// <summary>The extents an artifact is compiled for.</summary>
internal static class SavedBindings
{
    /// <param name="save">What is wanted.</param>
    /// <param name="inputs">Whose extents are open.</param>
    /// <param name="batch">The batch where nothing is said, and no other extent is open.</param>
    /// <exception cref="GraphException">An extent is unknown, missing or out of bounds, or nothing says what the extents are to be.</exception>
    public static IReadOnlyList<long[]> Of(SaveOptions save, InputSignature inputs, long batch)
    {
        if (save.Bindings.Count > 0) return [.. save.Bindings.Select(extents => Checked(inputs, inputs.Bind([.. extents])))];
        if (inputs.Symbols.Count == 0) return [[]];
        if (inputs.Symbols.Count == 1 && BatchSpec.Symbol == inputs.Symbols[0]) return [[batch]];
        var open = inputs.Symbols.Select(s => $"(\"{s.Name}\", …)");
        throw new GraphException(ErrorCode.BadBinding,
            $"the model leaves {NamedTensors.Names(inputs.Symbols.Select(s => s.Name))} open; say in SaveOptions what to compile it for: Bindings = [[{string.Join(", ", open)}]].");
    }

    private static long[] Checked(InputSignature inputs, long[] extents)
    {
        foreach (var (symbol, extent) in inputs.Symbols.Zip(extents))
            if (extent < symbol.Minimum || extent > symbol.Maximum)
                throw new GraphException(ErrorCode.BadBinding,
                    $"the extent {symbol.Name} cannot be {extent}; it was declared to lie in {symbol.Minimum}..{symbol.Maximum}.");
        return extents;
    }
}
