using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GraphForge.Runtime.Serialization;

/// <summary>Writes one file: a padded header, then tensors, widest elements first, by name.</summary>
internal static class SafetensorsWriter
{
    /// <summary>Names as they are, not escaped beyond what JSON needs.</summary>
    public static JsonWriterOptions JsonOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="stream">Receives the file.</param>
    /// <param name="tensors">In any order.</param>
    /// <param name="metadata">Notes beside the tensors.</param>
    /// <param name="alignment">
    /// The data starts on a multiple of it, and tensors whose size is one come first, so that they start on multiples as well.
    /// </param>
    public static void Write(
        Stream stream, IEnumerable<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata, int alignment = SafetensorsHeader.LengthBytes)
    {
        var ordered = tensors.OrderBy(t => alignment > SafetensorsHeader.LengthBytes && t.Bytes % alignment != 0)
            .ThenBy(Rank).ThenBy(t => t.Name, StringComparer.Ordinal).ToArray();
        var header = Header(ordered, metadata, alignment);
        Span<byte> length = stackalloc byte[SafetensorsHeader.LengthBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in ordered) tensor.Write(stream);
    }

    private static byte[] Header(SafetensorsTensor[] tensors, IReadOnlyDictionary<string, string>? metadata, int alignment)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, JsonOptions))
        {
            json.WriteStartObject();
            if (metadata is not null) WriteMetadata(json, metadata);
            var offset = 0L;
            foreach (var tensor in tensors) WriteEntry(json, tensor, ref offset);
            json.WriteEndObject();
        }
        while ((text.Length + SafetensorsHeader.LengthBytes) % alignment != 0) text.WriteByte((byte)' ');
        return text.ToArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsTensor tensor, ref long offset)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", SafetensorsType.Of(tensor.Type).Name);
        json.WriteStartArray("shape");
        foreach (var dim in tensor.Dims) json.WriteNumberValue(dim);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset = checked(offset + tensor.Bytes));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static int Rank(SafetensorsTensor tensor)
    {
        var type = SafetensorsType.Of(tensor.Type);
        return SafetensorsType.All.TakeWhile(t => t != type).Count();
    }
}
