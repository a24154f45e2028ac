namespace GraphForge.Bench.Gpu;

/// <summary>How large the works are.</summary>
public enum GpuScale
{
    /// <summary>For a GPU.</summary>
    Full,

    /// <summary>The same layers with a few features each, for checking where there is no GPU.</summary>
    Tiny,
}
