using System.Text.Json;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Reference;

/// <summary>The attributes of a recorded case in the types that operations take.</summary>
public sealed class CaseAttributes(Dictionary<string, JsonElement> values)
{
    public int Axis => Integer("axis");

    /// <summary>Axes to reduce; null for all.</summary>
    public int[]? Axes => values.ContainsKey("axes") ? Integers("axes").Select(a => (int)a).ToArray() : null;

    /// <summary>Whether reduced axes stay with extent 1.</summary>
    public bool Keep => values.TryGetValue("keep", out var keep) && keep.GetBoolean();

    public Shape Shape => Shape.Of(Integers("shape"));

    public DType Type => Enum.Parse<DType>(Text("type"), ignoreCase: true);

    public WindowGeometry Windows => new(
        Integers("kernel"), Integers("stride"), Integers("low"), Integers("high"), Integers("dilation"));

    public ConvolutionGeometry Convolution =>
        new(Integers("stride"), Integers("low"), Integers("high"), Integers("dilation"), Integer("groups"));

    public int Integer(string name) => values[name].GetInt32();

    public double Number(string name) => values[name].GetDouble();

    public string Text(string name) => values[name].GetString()!;

    public bool Flag(string name) => values[name].GetBoolean();

    /// <summary>The attribute, or <paramref name="missing"/> where the case leaves it to the default.</summary>
    public bool Flag(string name, bool missing) => Has(name) ? Flag(name) : missing;

    /// <inheritdoc cref="Flag(string, bool)"/>
    public int Integer(string name, int missing) => Has(name) ? Integer(name) : missing;

    /// <inheritdoc cref="Flag(string, bool)"/>
    public double Number(string name, double missing) => Has(name) ? Number(name) : missing;

    /// <inheritdoc cref="Flag(string, bool)"/>
    public string Text(string name, string missing) => Has(name) ? Text(name) : missing;

    /// <summary>Whether the case gives the attribute, and not as null.</summary>
    public bool Has(string name) => values.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>Whether the attribute is a list.</summary>
    public bool IsList(string name) => values[name].ValueKind == JsonValueKind.Array;

    public string[] Texts(string name) => values[name].EnumerateArray().Select(v => v.GetString()!).ToArray();

    public long[] Integers(string name) => values[name].EnumerateArray().Select(v => v.GetInt64()).ToArray();

    public double[] Numbers(string name) => values[name].EnumerateArray().Select(v => v.GetDouble()).ToArray();

    /// <summary>An entry of a list: its numbers, one if it is no list itself.</summary>
    public double[] Nested(string name, int entry) => values[name][entry] is { ValueKind: JsonValueKind.Array } list
        ? list.EnumerateArray().Select(v => v.GetDouble()).ToArray()
        : [values[name][entry].GetDouble()];
}
