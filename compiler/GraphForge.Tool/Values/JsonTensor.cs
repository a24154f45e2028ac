using System.Text.Json;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Tool.Values;

/// <summary>Tensors as JSON: arrays within arrays, outermost extent first; a number or a bool for a scalar. NaN and ±∞ are texts.</summary>
internal static class JsonTensor
{
    private static readonly (string Text, double Value)[] NotFinite =
        [("NaN", double.NaN), ("Infinity", double.PositiveInfinity), ("-Infinity", double.NegativeInfinity)];

    /// <summary>Reads a tensor of a known element type; its extents are the lengths of the arrays.</summary>
    /// <exception cref="FormatException">Arrays beside each other differ in length, or an element is none of the type.</exception>
    public static Literal Read(JsonElement json, DType type)
    {
        var dims = new List<long>();
        for (var inner = json; inner.ValueKind == JsonValueKind.Array; inner = inner[0])
        {
            dims.Add(inner.GetArrayLength());
            if (dims[^1] == 0) break;
        }
        // Only then is there an element in the file for each of the tensor's, however many the first arrays promise.
        Check(json, dims, axis: 0);
        var tensor = new Literal(new TensorType(type, Shape.Of([.. dims])));
        var position = 0;
        Fill(tensor, json, dims, axis: 0, ref position);
        return tensor;
    }

    /// <summary>Writes a tensor; floats with as many digits as tell them from all others of their type.</summary>
    public static void Write(Utf8JsonWriter json, Literal tensor)
    {
        var position = 0;
        Write(json, tensor, axis: 0, ref position);
    }

    private static void Check(JsonElement json, List<long> dims, int axis)
    {
        if (axis == dims.Count) return;
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() != dims[axis])
            throw new FormatException($"the arrays are not all of the extents [{string.Join(", ", dims)}] of the first ones");
        foreach (var inner in json.EnumerateArray()) Check(inner, dims, axis + 1);
    }

    private static void Fill(Literal tensor, JsonElement json, List<long> dims, int axis, ref int position)
    {
        if (axis == dims.Count)
        {
            tensor[position] = Element(json, tensor.Type.DType, position);
            position++;
            return;
        }
        foreach (var inner in json.EnumerateArray()) Fill(tensor, inner, dims, axis + 1, ref position);
    }

    private static Scalar Element(JsonElement json, DType type, int position)
    {
        if (type == DType.Bool && json.ValueKind is JsonValueKind.True or JsonValueKind.False) return Scalar.Of(type, json.GetBoolean() ? 1L : 0L);
        if (type.IsFloat() && json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var number)) return Scalar.Of(type, number);
        if (type.IsFloat() && json.ValueKind == JsonValueKind.String && NotFinite.FirstOrDefault(n => json.ValueEquals(n.Text)) is { Text: not null } named)
            return Scalar.Of(type, named.Value);
        if (type.IsInteger() && json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out var integer) && Fits(integer, type)) return Scalar.Of(type, integer);
        var found = json.GetRawText();
        throw new FormatException($"element {position} is {(found.Length <= 40 ? found : found[..40] + "…")}, which is no {type.ToString().ToLowerInvariant()}");
    }

    private static bool Fits(long value, DType type) => type switch
    {
        DType.UInt8 => value is >= 0 and <= byte.MaxValue,
        DType.Int32 => value is >= int.MinValue and <= int.MaxValue,
        _ => true,
    };

    private static void Write(Utf8JsonWriter json, Literal tensor, int axis, ref int position)
    {
        if (axis == tensor.Type.Rank)
        {
            WriteElement(json, tensor, position++);
            return;
        }
        json.WriteStartArray();
        for (var i = 0L; i < tensor.Type.Shape[axis].Value; i++) Write(json, tensor, axis + 1, ref position);
        json.WriteEndArray();
    }

    private static void WriteElement(Utf8JsonWriter json, Literal tensor, int position)
    {
        var type = tensor.Type.DType;
        if (type == DType.Bool) json.WriteBooleanValue(tensor[position].AsBool);
        else if (type.IsInteger()) json.WriteNumberValue(tensor[position].AsInt64);
        else if (!double.IsFinite(tensor[position].AsDouble)) json.WriteStringValue(tensor[position].ToString());
        else json.WriteRawValue(tensor[position].ToString());
    }
}
