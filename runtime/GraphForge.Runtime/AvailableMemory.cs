using System.Globalization;

namespace GraphForge.Runtime;

/// <summary>Memory of the device that programs run on: the machine's, or the container's where that is less.</summary>
public static class AvailableMemory
{
    private const string LinuxReport = "/proc/meminfo";

    /// <summary>Bytes this process could take now without others being pushed out.</summary>
    public static long Bytes()
    {
        // The limit of a container holds for what the process has taken already, too.
        var allowed = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Environment.WorkingSet;
        return Math.Max(0, Math.Min(allowed, OfSystem() ?? long.MaxValue));
    }

    private static long? OfSystem()
    {
        try
        {
            return File.Exists(LinuxReport) ? Parse(File.ReadLines(LinuxReport)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What Linux estimates that new programs could take without swapping, from lines such as <c>MemAvailable:   1024 kB</c>.</summary>
    internal static long? Parse(IEnumerable<string> lines)
    {
        var line = lines.FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kibibytes, "kB"] && long.TryParse(kibibytes, CultureInfo.InvariantCulture, out var count)
            ? count * 1024
            : null;
    }
}
