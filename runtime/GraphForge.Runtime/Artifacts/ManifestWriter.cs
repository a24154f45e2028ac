using System.Text.Json;
using GraphForge.Runtime.Serialization;

namespace GraphForge.Runtime.Artifacts;

/// <summary>A manifest as JSON: the same for the same manifest, to the byte.</summary>
internal static class ManifestWriter
{
    public static byte[] Write(ArtifactManifest manifest)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, SafetensorsWriter.JsonOptions with { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("format", manifest.Format);
            json.WriteString("minimumRuntime", manifest.MinimumRuntime.ToString());
            json.WriteString("framework", manifest.Framework.ToString());
            json.WriteString("kind", manifest.Kind == ArtifactKind.Training ? "training" : "inference");
            json.WriteString("name", manifest.Name);
            json.WriteStartObject("metadata");
            foreach (var (key, value) in manifest.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) json.WriteString(key, value);
            json.WriteEndObject();
            List(json, "symbols", manifest.Symbols, Symbol);
            List(json, "states", manifest.States, State);
            List(json, "functions", manifest.Functions, Function);
            List(json, "entries", manifest.Entries, Entry);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static void Symbol(Utf8JsonWriter json, ArtifactSymbol symbol)
    {
        json.WriteString("name", symbol.Name);
        json.WriteNumber("minimum", symbol.Minimum);
        json.WriteNumber("maximum", symbol.Maximum);
    }

    private static void State(Utf8JsonWriter json, ArtifactState state)
    {
        json.WriteString("name", state.Name);
        json.WriteString("dtype", TensorLayout.Name(state.DType));
        Numbers(json, "dims", state.Dims);
        json.WriteStartArray("otherNames");
        foreach (var name in state.OtherNames) json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static void Function(Utf8JsonWriter json, ArtifactFunction function)
    {
        json.WriteString("name", function.Name);
        json.WriteString("graph", function.Graph);
        json.WriteBoolean("writesStates", function.WritesStates);
        Numbers(json, "states", function.States.Select(s => (long)s));
        List(json, "inputs", function.Inputs, Tensor);
        List(json, "outputs", function.Outputs, Tensor);
        List(json, "bindings", function.Bindings, Binding);
    }

    private static void Tensor(Utf8JsonWriter json, ArtifactTensor tensor)
    {
        json.WriteString("name", tensor.Name);
        json.WriteString("dtype", TensorLayout.Name(tensor.DType));
        json.WriteStartArray("dims");
        foreach (var dim in tensor.Dims)
        {
            if (dim.Extent is { } extent) json.WriteNumberValue(extent);
            else json.WriteStringValue(dim.Text);
        }
        json.WriteEndArray();
    }

    private static void Binding(Utf8JsonWriter json, ArtifactBinding binding)
    {
        json.WriteStartObject("extents");
        foreach (var (name, extent) in binding.Extents.OrderBy(e => e.Key, StringComparer.Ordinal)) json.WriteNumber(name, extent);
        json.WriteEndObject();
        List(json, "checks", binding.Checks, Check);
        List(json, "variants", binding.Variants, Variant);
        if (binding.DeviceVariants.Count > 0) List(json, "devices", binding.DeviceVariants, Device);
    }

    private static void Check(Utf8JsonWriter json, IndexCheck check)
    {
        json.WriteString("input", check.Input);
        Numbers(json, "dims", check.Dims);
        json.WriteNumber("count", check.Count);
        if (check.Ignored is { } ignored) json.WriteNumber("ignored", ignored);
        else json.WriteNull("ignored");
        json.WriteString("demand", check.Demand);
        Numbers(json, "starts", check.Part?.Starts ?? []);
        Numbers(json, "lengths", check.Part?.Lengths ?? []);
        Numbers(json, "steps", check.Part?.Steps ?? []);
    }

    private static void Variant(Utf8JsonWriter json, KernelVariant variant)
    {
        json.WriteNumber("vectorBits", variant.VectorBits);
        json.WriteStartArray("instructionSets");
        foreach (var set in variant.InstructionSets) json.WriteStringValue(set);
        json.WriteEndArray();
        Program(json, variant);
    }

    private static void Device(Utf8JsonWriter json, DeviceVariant variant)
    {
        json.WriteString("device", variant.Device);
        json.WriteNumber("multiprocessors", variant.Limits.Multiprocessors);
        json.WriteNumber("warpThreads", variant.Limits.WarpThreads);
        json.WriteNumber("mostThreads", variant.Limits.MostThreads);
        json.WriteNumber("sharedBytes", variant.Limits.SharedBytes);
        json.WriteNumber("residentThreads", variant.Limits.ResidentThreads);
        json.WriteBoolean("hasShuffles", variant.Limits.HasShuffles);
        if (variant.Limits.HasTensorCores) json.WriteBoolean("hasTensorCores", true);
        Numbers(json, "groupThreads", variant.GroupThreads.Select(t => (long)t));
        json.WriteStartArray("texts");
        foreach (var text in variant.Texts) json.WriteStringValue(text);
        json.WriteEndArray();
        Program(json, variant);
    }

    private static void Program(Utf8JsonWriter json, ProgramVariant variant)
    {
        json.WriteString("plan", variant.Plan);
        json.WriteString("code", variant.Code);
        json.WriteString("source", variant.Source);
        Numbers(json, "states", variant.States.Select(s => (long)s));
        Numbers(json, "arguments", variant.Arguments.Select(a => (long)a));
    }

    private static void Entry(Utf8JsonWriter json, ArtifactEntry entry)
    {
        json.WriteString("name", entry.Name);
        json.WriteNumber("length", entry.Length);
        json.WriteString("sha256", entry.Sha256);
    }

    private static void List<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
