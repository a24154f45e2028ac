namespace GraphForge.Runtime.Serialization;

/// <summary>A header breaks a rule of the safetensors format.</summary>
/// <param name="expected">What it should be or hold.</param>
/// <param name="found">What it is or holds.</param>
/// <param name="cause">The error that revealed it, if any.</param>
internal sealed class SafetensorsException(string expected, string found, Exception? cause = null)
    : Exception($"expected {expected}, found {found}", cause)
{
    public string Expected { get; } = expected;

    public string Found { get; } = found;
}
