using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GraphForge.Serialization;

/// <summary>Writes one file: a header padded so that the data starts on 8 bytes, then tensors, widest elements first, by name.</summary>
internal static class SafetensorsWriter
{
    /// <summary>Names as they are, not escaped beyond what JSON needs.</summary>
    public static JsonWriterOptions JsonOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, TensorData>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var ordered = tensors.OrderBy(t => Rank(t.Value)).ThenBy(t => t.Key, StringComparer.Ordinal).ToArray();
        var header = Header(ordered, metadata);
        Span<byte> length = stackalloc byte[SafetensorsHeader.LengthBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var (_, tensor) in ordered)
        {
            var bytes = new byte[tensor.Type.Bytes];
            tensor.CopyBytes(bytes);
            stream.Write(bytes);
        }
    }

    private static byte[] Header(KeyValuePair<string, TensorData>[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, JsonOptions))
        {
            json.WriteStartObject();
            if (metadata is not null) WriteMetadata(json, metadata);
            var offset = 0L;
            foreach (var (name, tensor) in tensors) WriteEntry(json, name, tensor, ref offset);
            json.WriteEndObject();
        }
        while (text.Length % SafetensorsHeader.LengthBytes != 0) text.WriteByte((byte)' ');
        return text.ToArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, string name, TensorData tensor, ref long offset)
    {
        json.WriteStartObject(name);
        json.WriteString("dtype", SafetensorsType.Of(tensor.DType).Name);
        json.WriteStartArray("shape");
        foreach (var dim in tensor.Shape.Values) json.WriteNumberValue(dim);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset = checked(offset + tensor.Type.Bytes));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static int Rank(TensorData tensor)
    {
        var type = SafetensorsType.Of(tensor.DType);
        return SafetensorsType.All.TakeWhile(t => t != type).Count();
    }
}
