using System.Text.Json;
using GraphForge.Runtime.Device;

namespace GraphForge.Runtime.Artifacts;

/// <summary>Reads a manifest strictly: every field once, of its type, within its bounds, and none that is not known.</summary>
internal static class ManifestReader
{
    public const int MaxBytes = 16 << 20;

    private const int MaxRank = 64;

    /// <exception cref="ArtifactException">The manifest is malformed, or of a format that this runtime does not read.</exception>
    public static ArtifactManifest Read(byte[] bytes, string artifact)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
            CheckVersions(document.RootElement, artifact);
            var manifest = Manifest(document.RootElement);
            ManifestChecks.Verify(manifest);
            return manifest;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or OverflowException
            or KeyNotFoundException or ArgumentException)
        {
            throw new ArtifactException(ArtifactError.Malformed, artifact, $"{ArtifactManifest.FileName} is malformed: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Before anything else: of another format, nothing but these three is known.</summary>
    private static void CheckVersions(JsonElement root, string artifact)
    {
        var format = root.GetProperty("format").GetInt32();
        if (format is < ArtifactManifest.OldestFormat or > ArtifactManifest.CurrentFormat)
            throw new ArtifactException(ArtifactError.Unsupported, artifact, $"the artifact has format {format}; this runtime reads " +
                $"{ArtifactManifest.OldestFormat} to {ArtifactManifest.CurrentFormat}. Use {(format > ArtifactManifest.CurrentFormat ? "a newer" : "an older")} GraphForge.Runtime, or save the model anew.");
        var runtime = Version(root.GetProperty("minimumRuntime"));
        if (runtime > ArtifactManifest.RuntimeVersion)
            throw new ArtifactException(ArtifactError.Unsupported, artifact,
                $"the artifact needs GraphForge.Runtime {runtime} or newer; this is {ArtifactManifest.RuntimeVersion}. Update the package.");
        var framework = Version(root.GetProperty("framework"));
        if (framework > ArtifactManifest.FrameworkVersion)
            throw new ArtifactException(ArtifactError.Unsupported, artifact,
                $"the artifact's kernels need .NET {framework} or newer; this is .NET {Environment.Version}. Update it, or save the model with an older one.");
    }

    private static ArtifactManifest Manifest(JsonElement root)
    {
        Fields(root, "the manifest", "format", "minimumRuntime", "framework", "kind", "name", "metadata", "symbols", "states", "functions", "entries");
        var metadata = new Dictionary<string, string>();
        foreach (var note in root.GetProperty("metadata").EnumerateObject()) metadata.Add(note.Name, Text(note.Value));
        return new ArtifactManifest(Kind(Text(root, "kind")), Text(root, "name"), metadata,
            List(root, "symbols", Symbol), List(root, "states", State), List(root, "functions", Function), List(root, "entries", Entry))
        {
            Format = root.GetProperty("format").GetInt32(),
            MinimumRuntime = Version(root.GetProperty("minimumRuntime")),
            Framework = Version(root.GetProperty("framework")),
        };
    }

    private static ArtifactSymbol Symbol(JsonElement symbol)
    {
        Fields(symbol, "a symbol", "name", "minimum", "maximum");
        return new ArtifactSymbol(Text(symbol, "name"), symbol.GetProperty("minimum").GetInt64(), symbol.GetProperty("maximum").GetInt64());
    }

    private static ArtifactState State(JsonElement state)
    {
        Fields(state, "a state", "name", "dtype", "dims", "otherNames");
        return new ArtifactState(Text(state, "name"), Type(state), Numbers(state, "dims")) { OtherNames = List(state, "otherNames", Text) };
    }

    private static ArtifactFunction Function(JsonElement function)
    {
        Fields(function, "a function", "name", "graph", "writesStates", "states", "inputs", "outputs", "bindings");
        return new ArtifactFunction(Text(function, "name"), Text(function, "graph"), function.GetProperty("writesStates").GetBoolean(),
            List(function, "states", s => s.GetInt32()), List(function, "inputs", Tensor), List(function, "outputs", Tensor), List(function, "bindings", Binding));
    }

    private static ArtifactTensor Tensor(JsonElement tensor)
    {
        Fields(tensor, "an input or output", "name", "dtype", "dims");
        return new ArtifactTensor(Text(tensor, "name"), Type(tensor), List(tensor, "dims", Dim));
    }

    private static ArtifactDim Dim(JsonElement dim) =>
        dim.ValueKind == JsonValueKind.Number ? Count(dim) : new ArtifactDim(null, Text(dim));

    private static ArtifactBinding Binding(JsonElement binding)
    {
        var hasDevices = binding.TryGetProperty("devices", out _);
        Fields(binding, "a binding", hasDevices ? ["extents", "checks", "variants", "devices"] : ["extents", "checks", "variants"]);
        var extents = new Dictionary<string, long>();
        foreach (var extent in binding.GetProperty("extents").EnumerateObject()) extents.Add(extent.Name, Count(extent.Value));
        return new ArtifactBinding(extents, List(binding, "checks", Check), List(binding, "variants", Variant))
        {
            DeviceVariants = !hasDevices ? [] : List(binding, "devices", Device) is { Length: > 0 } devices ? devices : throw new FormatException("a binding has a list of no devices"),
        };
    }

    private static IndexCheck Check(JsonElement check)
    {
        Fields(check, "a check", "input", "dims", "count", "ignored", "demand", "starts", "lengths", "steps");
        var (dims, ignored) = (Numbers(check, "dims"), check.GetProperty("ignored"));
        var starts = check.GetProperty("starts").EnumerateArray().Select(s => s.GetInt64()).ToArray();
        var part = new IndexPart(starts, Numbers(check, "lengths"), [.. check.GetProperty("steps").EnumerateArray().Select(s => s.GetInt64())]);
        if (starts.Length != part.Lengths.Count || starts.Length != part.Steps.Count || starts.Length > 0 && starts.Length != dims.Length || part.Steps.Contains(0))
            throw new FormatException("the part of an input that is checked does not fit the input");
        return new IndexCheck(Text(check, "input"), dims, Count(check.GetProperty("count")),
            ignored.ValueKind == JsonValueKind.Null ? null : ignored.GetInt64(), Text(check, "demand"), starts.Length == 0 ? null : part);
    }

    private static KernelVariant Variant(JsonElement variant)
    {
        Fields(variant, "a variant", "vectorBits", "instructionSets", "plan", "code", "source", "states", "arguments");
        return new KernelVariant(variant.GetProperty("vectorBits").GetInt32(), List(variant, "instructionSets", Text),
            Text(variant, "plan"), Text(variant, "code"), Text(variant, "source"),
            List(variant, "states", s => s.GetInt32()), List(variant, "arguments", a => a.GetInt32()));
    }

    private static DeviceVariant Device(JsonElement variant)
    {
        // Written where it is true: the first artifacts of format 2 do not know it.
        var needsTensorCores = variant.TryGetProperty("hasTensorCores", out var tensorCores) && tensorCores.GetBoolean();
        Fields(variant, "a device", ["device", "multiprocessors", "warpThreads", "mostThreads", "sharedBytes", "residentThreads", "hasShuffles", "groupThreads", "texts",
            "plan", "code", "source", "states", "arguments", .. needsTensorCores ? (string[])["hasTensorCores"] : []]);
        var limits = new DeviceLimits(Figure("multiprocessors"), Figure("warpThreads"), Figure("mostThreads"), Figure("sharedBytes"), Figure("residentThreads"), 0)
        {
            HasShuffles = variant.GetProperty("hasShuffles").GetBoolean(),
            HasTensorCores = needsTensorCores,
        };
        return new DeviceVariant(Text(variant, "device"), limits, List(variant, "groupThreads", t => t.GetInt32()), List(variant, "texts", Text),
            Text(variant, "plan"), Text(variant, "code"), Text(variant, "source"),
            List(variant, "states", s => s.GetInt32()), List(variant, "arguments", a => a.GetInt32()));

        int Figure(string name) => variant.GetProperty(name).GetInt32() is > 0 and var figure ? figure : throw new FormatException($"a device has no {name}");
    }

    private static ArtifactEntry Entry(JsonElement entry)
    {
        Fields(entry, "an entry", "name", "length", "sha256");
        var hash = Text(entry, "sha256");
        return hash.Length == 64 && hash.All(char.IsAsciiHexDigitLower)
            ? new ArtifactEntry(Text(entry, "name"), Count(entry.GetProperty("length")), hash)
            : throw new FormatException($"'{hash}' is no SHA-256 in lower-case hexadecimal");
    }

    /// <summary>Exactly these, in any order.</summary>
    private static void Fields(JsonElement element, string what, params ReadOnlySpan<string> names)
    {
        var found = 0;
        foreach (var field in element.EnumerateObject())
        {
            if (!names.Contains(field.Name)) throw new FormatException($"{what} has an unknown field '{field.Name}'");
            found++;
        }
        if (found == names.Length) return;
        foreach (var name in names)
            if (!element.TryGetProperty(name, out _)) throw new FormatException($"{what} lacks '{name}'");
    }

    private static T[] List<T>(JsonElement element, string name, Func<JsonElement, T> read) =>
        [.. element.GetProperty(name).EnumerateArray().Select(read)];

    private static string Text(JsonElement element, string name) => Text(element.GetProperty(name));

    private static string Text(JsonElement element) => element.GetString() ?? throw new FormatException("null stands where a text should be");

    private static long Count(JsonElement element)
    {
        var count = element.GetInt64();
        return count >= 0 ? count : throw new FormatException($"{count} stands where no negative number can");
    }

    private static long[] Numbers(JsonElement element, string name)
    {
        var numbers = List(element, name, Count);
        return numbers.Length <= MaxRank ? numbers : throw new FormatException($"{numbers.Length} extents are more than {MaxRank}");
    }

    private static DType Type(JsonElement element)
    {
        var name = Text(element, "dtype");
        foreach (var type in Enum.GetValues<DType>())
            if (TensorLayout.Name(type) == name) return type;
        throw new FormatException($"there is no element type '{name}'");
    }

    private static ArtifactKind Kind(string text) => text switch
    {
        "inference" => ArtifactKind.Inference,
        "training" => ArtifactKind.Training,
        _ => throw new FormatException($"there is no kind of artifact '{text}'"),
    };

    private static Version Version(JsonElement element) =>
        System.Version.TryParse(Text(element), out var version) ? version : throw new FormatException($"'{element}' is no version");
}
