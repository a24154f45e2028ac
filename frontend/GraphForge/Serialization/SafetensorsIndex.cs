using System.Text.Json;
using GraphForge.Data;
using GraphForge.Runtime.Serialization;

namespace GraphForge.Serialization;

/// <summary>
/// The list of a model's files that is kept beside them as <c>model.safetensors.index.json</c>: an object whose
/// <c>weight_map</c> says for each tensor in which file it is.
/// </summary>
internal static class SafetensorsIndex
{
    public const string FileName = "model.safetensors.index.json";
    public const string SingleFileName = "model.safetensors";

    private const long MaxBytes = SafetensorsHeader.MaxLength;

    /// <summary>File name by tensor name.</summary>
    /// <exception cref="DataFileException">The index is missing or damaged.</exception>
    public static Dictionary<string, string> Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes) throw new DataFileException(path, $"an index of at most {MaxBytes} bytes", "more");
            using var json = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("weight_map", out var map) ||
                map.ValueKind != JsonValueKind.Object)
                throw new DataFileException(path, "an object with a weight_map", "none");
            return map.EnumerateObject().ToDictionary(p => p.Name, p => ShardName(path, p));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataFileException(path, "an index of safetensors files", "no such file", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DataFileException(path, "an index in JSON", $"an error in it: {e.Message}", e);
        }
    }

    public static void Write(Stream stream, IReadOnlyDictionary<string, string> fileOf, long totalBytes)
    {
        using var json = new Utf8JsonWriter(stream, SafetensorsWriter.JsonOptions with { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", totalBytes);
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach (var (tensor, file) in fileOf.OrderBy(f => f.Key, StringComparer.Ordinal)) json.WriteString(tensor, file);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>A file beside the index, and nowhere else: an index must not reach into other folders.</summary>
    private static string ShardName(string path, JsonProperty property)
    {
        var name = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : "";
        return name.Length > 0 && name is not ("." or "..") && name.IndexOfAny(['/', '\\', '\0', ':']) < 0
            ? name
            : throw new DataFileException(path, $"the name of a file beside it for '{property.Name}'", property.Value.GetRawText());
    }
}
