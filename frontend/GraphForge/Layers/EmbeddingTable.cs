using GraphForge.Initialization;

namespace GraphForge.Layers;

/// <summary>What layers with a row an index share.</summary>
internal static class EmbeddingTable
{
    /// <summary>What is wrong with a setting, as the end of a sentence; null when nothing is.</summary>
    public static string? Problem(int rows, int features, int? paddingIdx) =>
        rows < 1 || features < 1 ? $"needs at least one row and one feature but was given {rows} and {features}."
        : paddingIdx < -rows || paddingIdx >= rows ? $"needs a paddingIdx among its {rows} rows but was given {paddingIdx}."
        : null;

    /// <summary>Standard normal rows; zeros for padding.</summary>
    public static Initializer Initializer(int? paddingIdx) => (values, dims, random) =>
    {
        Init.Normal()(values, dims, random);
        if (paddingIdx is not { } index) return;
        var (row, features) = (index < 0 ? index + (int)dims[0] : index, (int)dims[1]);
        values.Slice(row * features, features).Clear();
    };
}
