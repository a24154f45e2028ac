namespace GraphForge.Data;

/// <summary>A data file is missing, truncated or malformed. The message names the file, what was expected and what was found.</summary>
/// <param name="path">The file.</param>
/// <param name="expected">What it should be or hold.</param>
/// <param name="found">What it is or holds.</param>
/// <param name="cause">The error that revealed it, if any.</param>
public sealed class DataFileException(string path, string expected, string found, Exception? cause = null)
    : IOException($"{path}: expected {expected}, found {found}", cause)
{
    public string Path { get; } = path;

    public string Expected { get; } = expected;

    public string Found { get; } = found;
}
