using System.Text;
using System.Text.Json;

namespace GraphForge.Runtime.Serialization;

/// <summary>
/// The header of a safetensors file, by the rules of its specification: 8 bytes with the header's length, a JSON object of
/// names, then the data, of which every byte belongs to exactly one tensor.
/// </summary>
internal sealed class SafetensorsHeader
{
    public const int LengthBytes = 8;
    public const string MetadataKey = "__metadata__";

    /// <summary>The reference implementation refuses longer ones too.</summary>
    public const int MaxLength = 100_000_000;

    public static readonly Encoding Utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, SafetensorsEntry> _entries = [];
    private readonly Dictionary<string, string> _metadata = [];

    private SafetensorsHeader() { }

    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <param name="json">The header without its length.</param>
    /// <param name="dataBytes">What follows it in the file.</param>
    /// <exception cref="SafetensorsException">The header breaks a rule.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataBytes)
    {
        var header = new SafetensorsHeader();
        try
        {
            header.CheckText(json);
            header.Read(json);
        }
        catch (JsonException e)
        {
            throw new SafetensorsException("a header in JSON", $"an error in it: {e.Message}", e);
        }
        header.CheckLayout(dataBytes);
        return header;
    }

    private void CheckText(ReadOnlySpan<byte> json)
    {
        if (json is not [(byte)'{', ..]) throw Wrong("a header that starts with {", json.IsEmpty ? "an empty one" : $"0x{json[0]:X2}");
        try
        {
            Utf8.GetCharCount(json);
        }
        catch (DecoderFallbackException e)
        {
            throw new SafetensorsException("a header in UTF-8", $"other bytes at {e.Index}", e);
        }
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var names = new HashSet<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(ref reader);
            if (!names.Add(name)) throw Wrong("every name once in the header", $"'{name}' twice");
            reader.Read();
            if (name == MetadataKey) ReadMetadata(ref reader);
            else _entries[name] = ReadEntry(ref reader, name);
        }
        // Nothing but white space may follow; the reader throws at anything else.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(reader, JsonTokenType.StartObject, MetadataKey);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = Text(ref reader);
            reader.Read();
            Expect(reader, JsonTokenType.String, $"{MetadataKey}.{key}");
            if (!_metadata.TryAdd(key, Text(ref reader))) throw Wrong($"every key once in {MetadataKey}", $"'{key}' twice");
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        Expect(reader, JsonTokenType.StartObject, name);
        SafetensorsType? type = null;
        long[]? dims = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = Text(ref reader);
            reader.Read();
            switch (field)
            {
                case "dtype" when type is null:
                    type = ReadType(ref reader, name);
                    break;
                case "shape" when dims is null:
                    dims = ReadNumbers(ref reader, $"{name}.{field}");
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, $"{name}.{field}");
                    break;
                default:
                    throw Wrong($"dtype, shape and data_offsets of '{name}', each once", $"another '{field}'");
            }
        }
        if (type is null || dims is null || offsets is not [var begin, var end])
            throw Wrong($"dtype, shape and two data_offsets of '{name}'",
                type is null ? "no dtype" : dims is null ? "no shape" : offsets is null ? "no data_offsets" : $"{offsets.Length} of them");
        return new SafetensorsEntry(name, type, dims, begin, end);
    }

    private SafetensorsType ReadType(ref Utf8JsonReader reader, string name)
    {
        Expect(reader, JsonTokenType.String, $"{name}.dtype");
        var text = Text(ref reader);
        return SafetensorsType.All.FirstOrDefault(t => t.Name == text)
            ?? throw Wrong($"a dtype of '{name}' among {string.Join(", ", SafetensorsType.All.Select(t => t.Name))}", $"'{text}'");
    }

    private long[] ReadNumbers(ref Utf8JsonReader reader, string what)
    {
        Expect(reader, JsonTokenType.StartArray, what);
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || reader.ValueSpan[0] == '-' || !reader.TryGetInt64(out var number))
                throw Wrong($"whole numbers from 0 to 2⁶³ - 1 in '{what}'", Encoding.UTF8.GetString(reader.ValueSpan));
            numbers.Add(number);
        }
        return [.. numbers];
    }

    /// <summary>Each tensor has the bytes its type and shape take, and one begins where the one before ends.</summary>
    private void CheckLayout(long dataBytes)
    {
        var end = 0L;
        foreach (var entry in _entries.Values.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.End < entry.Begin || entry.End > dataBytes)
                throw Wrong($"offsets within the {dataBytes} bytes of data", entry.ToString());
            if (Bytes(entry) is not { } bytes || bytes != entry.End - entry.Begin)
                throw Wrong("as many bytes as type and shape take", entry.ToString());
            if (entry.Begin != end)
                throw Wrong($"a tensor that begins at byte {end}, where the one before it ends", entry.ToString());
            end = entry.End;
        }
        if (end != dataBytes) throw Wrong($"{end} bytes of data, where the last tensor ends", $"{dataBytes}");
    }

    /// <summary>Null where the size is no whole number of bytes, or beyond 2⁶³ - 1.</summary>
    private static long? Bytes(SafetensorsEntry entry)
    {
        if (entry.Dims.Contains(0)) return 0;
        Int128 bits = entry.Type.Bits;
        foreach (var dim in entry.Dims)
        {
            bits *= dim;
            if (bits > (Int128)long.MaxValue * 8) return null;
        }
        return bits % 8 == 0 ? (long)(bits / 8) : null;
    }

    private void Expect(in Utf8JsonReader reader, JsonTokenType token, string what)
    {
        if (reader.TokenType != token) throw Wrong($"'{what}' to be {Described(token)}", Described(reader.TokenType));
    }

    private static string Described(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        _ => token.ToString().ToLowerInvariant(),
    };

    /// <exception cref="SafetensorsException">An escape stands for half a character.</exception>
    private string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new SafetensorsException("text of whole characters in the header", $"an escape of half a one at byte {reader.TokenStartIndex}", e);
        }
    }

    private SafetensorsException Wrong(string expected, string found) => new(expected, found);
}
