namespace GraphForge.Jit;

/// <summary>Where compiled kernels are kept between processes.</summary>
/// <param name="Folder">
/// Folder of the entries, made when first written to. <see langword="null"/> asks the environment: the <c>GF_CACHE</c>
/// variable names a folder, or <c>off</c> for no disk cache; unset, it is <c>graphforge</c> in the user's cache folder.
/// </param>
/// <param name="Enabled">Whether there is a disk cache at all.</param>
public sealed record KernelCacheOptions(string? Folder = null, bool Enabled = true)
{
    /// <summary>The environment decides.</summary>
    public static KernelCacheOptions Default { get; } = new();

    /// <summary>No disk cache.</summary>
    public static KernelCacheOptions Disabled { get; } = new(Enabled: false);

    /// <summary>The folder to use, or <see langword="null"/> for no disk cache.</summary>
    /// <param name="variable">Reads an environment variable; <see langword="null"/> where it is not set.</param>
    internal string? ResolveFolder(Func<string, string?> variable)
    {
        if (!Enabled) return null;
        if (Folder is not null) return Folder;
        var chosen = variable("GF_CACHE");
        if (string.Equals(chosen, "off", StringComparison.OrdinalIgnoreCase)) return null;
        return string.IsNullOrWhiteSpace(chosen) ? UserFolder(variable) : chosen;
    }

    private static string? UserFolder(Func<string, string?> variable)
    {
        if (OperatingSystem.IsWindows())
        {
            var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
            return local.Length == 0 ? null : Path.Combine(local, "graphforge");
        }

        // The XDG base directory specification says to ignore relative paths.
        var xdg = variable("XDG_CACHE_HOME");
        if (Path.IsPathRooted(xdg)) return Path.Combine(xdg, "graphforge");
        var home = variable("HOME");
        return string.IsNullOrEmpty(home) ? null : Path.Combine(home, ".cache", "graphforge");
    }
}
