namespace GraphForge.Runtime.Artifacts;

/// <summary>Whether a manifest fits itself: names are unique, and what is referred to is there.</summary>
internal static class ManifestChecks
{
    /// <exception cref="FormatException">It does not.</exception>
    public static void Verify(ArtifactManifest manifest)
    {
        var entries = Unique("entries", manifest.Entries.Select(e => e.Name));
        if (entries.Contains(ArtifactManifest.FileName) || entries.Contains(ArtifactManifest.SignatureName))
            throw new FormatException("the manifest lists itself or its signature as an entry");
        if (!entries.Contains(ArtifactManifest.Weights)) throw new FormatException($"there is no entry '{ArtifactManifest.Weights}'");
        Unique("symbols", manifest.Symbols.Select(s => s.Name));
        var symbols = manifest.Symbols.ToDictionary(s => s.Name);
        Unique("states", manifest.States.SelectMany(s => s.OtherNames.Prepend(s.Name)));
        foreach (var state in manifest.States)
            if (TensorLayout.Bytes(state.DType, state.Dims) is null) throw new FormatException($"the state {state} has no size");
        Unique("functions", manifest.Functions.Select(f => f.Name));
        foreach (var function in manifest.Functions) Verify(manifest, function, symbols, entries);
        if (manifest.Format == 2 != manifest.Functions.Any(f => f.Bindings.Any(b => b.DeviceVariants.Count > 0)))
            throw new FormatException("programs for devices came with format 2, which an artifact has for them alone");
    }

    private static void Verify(
        ArtifactManifest manifest, ArtifactFunction function, Dictionary<string, ArtifactSymbol> symbols, HashSet<string> entries)
    {
        var inputs = Unique($"inputs of '{function.Name}'", function.Inputs.Select(i => i.Name));
        Unique($"outputs of '{function.Name}'", function.Outputs.Select(o => o.Name));
        Require(entries, function.Graph);
        if (function.WritesStates && manifest.Kind == ArtifactKind.Inference) throw new FormatException($"'{function.Name}' of a model that is only run changes states");
        RequireStates(manifest, function.States);
        foreach (var dim in function.Inputs.SelectMany(i => i.Dims))
            if (dim.Extent is null && !symbols.ContainsKey(dim.Text)) throw new FormatException($"there is no symbol '{dim}'");
        Unique($"bindings of '{function.Name}'", function.Bindings.Select(b => b.ToString()));
        foreach (var binding in function.Bindings)
        {
            foreach (var (name, extent) in binding.Extents)
                if (!symbols.TryGetValue(name, out var symbol) || extent < symbol.Minimum || extent > symbol.Maximum)
                    throw new FormatException($"a binding of '{function.Name}' gives '{name}' the extent {extent}, which it cannot have");
            foreach (var dim in function.Inputs.SelectMany(i => i.Dims))
                if (dim.Extent is null && !binding.Extents.ContainsKey(dim.Text)) throw new FormatException($"a binding of '{function.Name}' leaves '{dim}' open");
            if (binding.Checks.FirstOrDefault(c => !inputs.Contains(c.Input)) is { } check)
                throw new FormatException($"'{function.Name}' has no input '{check.Input}' to be checked");
            foreach (var variant in binding.AllVariants) Verify(manifest, variant, entries);
        }
    }

    private static void Verify(ArtifactManifest manifest, ProgramVariant variant, HashSet<string> entries)
    {
        Require(entries, variant.Plan);
        Require(entries, variant.Code);
        Require(entries, variant.Source);
        RequireStates(manifest, variant.States);
        if (variant is KernelVariant { VectorBits: not (128 or 256 or 512) and var bits }) throw new FormatException($"there are no vector registers of {bits} bits");
        if (variant is not DeviceVariant device) return;
        foreach (var text in device.Texts) Require(entries, text);
        var kernels = device.Arguments.Count;
        if (device.GroupThreads.Count != kernels || device.Texts.Count != 0 && device.Texts.Count != kernels || device.GroupThreads.Any(t => t < 1 || t > device.Limits.MostThreads))
            throw new FormatException($"the groups of threads for {device.Device} do not fit its kernels");
    }

    private static void RequireStates(ArtifactManifest manifest, IReadOnlyList<int> states)
    {
        foreach (var state in states)
            if (state < 0 || state >= manifest.States.Count) throw new FormatException($"there is no state {state}");
    }

    private static void Require(HashSet<string> entries, string name)
    {
        if (!entries.Contains(name)) throw new FormatException($"there is no entry '{name}'");
    }

    private static HashSet<string> Unique(string what, IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
            if (!seen.Add(name)) throw new FormatException($"two {what} are named '{name}'");
        return seen;
    }
}
