using GraphForge.Compiler.Graph;
using GraphForge.Runtime;
using GraphForge.Runtime.Artifacts;
using GraphForge.Tool.Options;

namespace GraphForge.Tool.Inspection;

/// <summary>Reads what there is to know of an artifact. All of it is data: no code of the artifact is loaded.</summary>
internal static class ArtifactInspection
{
    /// <param name="path">The artifact.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="ArtifactException">It is damaged.</exception>
    public static ArtifactReport Of(string path, CancellationToken cancellation)
    {
        using var artifact = Artifact.Open(path);
        var manifest = artifact.Manifest;
        return new ArtifactReport(path, new FileInfo(path).Length, manifest.Kind, manifest.Name, manifest.Format, $"{manifest.MinimumRuntime}", $"{manifest.Framework}",
            SignatureOf(artifact), manifest.Metadata, [.. manifest.Functions.Select(f => Of(artifact, f, cancellation))], manifest.Symbols,
            [.. manifest.States.Select(s => new TensorReport(s.Name, Name(s.DType), [.. s.Dims.Select(d => $"{d}")]))], Parts(manifest));
    }

    private static SignatureReport SignatureOf(Artifact artifact) => (artifact.IsSigned, artifact.SignerKey) switch
    {
        (false, _) => new(SignatureState.None, null),
        (_, { } key) => new(SignatureState.Holds, KeyFile.Fingerprint(key)),
        _ => new(SignatureState.Broken, null),
    };

    private static FunctionReport Of(Artifact artifact, ArtifactFunction function, CancellationToken cancellation)
    {
        var graph = ArtifactGraph.Of(artifact, function);
        return new FunctionReport(function.Name, function.WritesStates, [.. function.Inputs.Select(Of)], [.. function.Outputs.Select(Of)],
            [.. function.Bindings.Select(binding =>
            {
                cancellation.ThrowIfCancellationRequested();
                var bound = graph.Bind([.. binding.Extents.Select(e => (e.Key, e.Value))]);
                return new ProgramReport(binding.Extents, FloatOperations.Of(bound), [.. binding.Variants.Select(v => Of(artifact.Plan(function, binding, v), v))],
                    [.. binding.DeviceVariants.Select(v => Of(artifact.Plan(function, binding, v), v))]);
            })]);
    }

    private static VariantReport Of(ExecutionPlan plan, KernelVariant variant) =>
        new(variant.VectorBits, variant.InstructionSets, MemoryOf(plan), plan.Steps.Count, plan.KernelNames);

    private static DeviceReport Of(ExecutionPlan plan, DeviceVariant variant) => new(variant.Device, MemoryOf(plan), plan.Steps.Count, plan.KernelNames);

    private static MemoryPlanReport MemoryOf(ExecutionPlan plan) =>
        new(plan.ArenaBytes, plan.ScratchBytes, plan.Constants.Sum(c => (long)c.Length), plan.Preparation?.ArenaBytes ?? 0, plan.HostBytes);

    private static TensorReport Of(ArtifactTensor tensor) => new(tensor.Name, Name(tensor.DType), [.. tensor.Dims.Select(d => d.Text)]);

    private static string Name(DType type) => type.ToString().ToLowerInvariant();

    /// <summary>Entries by what the manifest uses them for.</summary>
    private static PartReport[] Parts(ArtifactManifest manifest)
    {
        var bindings = manifest.Functions.SelectMany(f => f.Bindings).ToArray();
        var use = new Dictionary<string, string> { [ArtifactManifest.Weights] = "weights" };
        foreach (var function in manifest.Functions) use.TryAdd(function.Graph, "graphs");
        foreach (var text in bindings.SelectMany(b => b.DeviceVariants).SelectMany(v => v.Texts)) use.TryAdd(text, "kernels for drivers");
        foreach (var variant in bindings.SelectMany(b => b.Variants.Concat<ProgramVariant>(b.DeviceVariants)))
        {
            use.TryAdd(variant.Plan, "plans");
            use.TryAdd(variant.Code, "kernels");
            use.TryAdd(variant.Source, "source of kernels");
        }
        return [.. manifest.Entries.GroupBy(e => use.GetValueOrDefault(e.Name, "other"), e => e.Length).Select(part => new PartReport(part.Key, part.Sum()))
            .OrderByDescending(p => p.Bytes).ThenBy(p => p.Part, StringComparer.Ordinal)];
    }
}
