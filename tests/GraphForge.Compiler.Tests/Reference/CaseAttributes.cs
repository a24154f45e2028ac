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

    public long[] Integers(string name) => values[name].EnumerateArray().Select(v => v.GetInt64()).ToArray();
}
