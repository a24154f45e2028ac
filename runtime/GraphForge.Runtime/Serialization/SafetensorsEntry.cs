namespace GraphForge.Runtime.Serialization;

/// <summary>A tensor as a header describes it; bytes count from the end of the header.</summary>
internal sealed record SafetensorsEntry(string Name, SafetensorsType Type, long[] Dims, long Begin, long End)
{
    public override string ToString() => $"'{Name}', {Type.Name}[{string.Join(", ", Dims)}] at [{Begin}, {End})";
}
