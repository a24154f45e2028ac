using System.Globalization;
using System.Runtime.InteropServices;

namespace GraphForge.Bench.Memory;

/// <summary>Physical memory of this process, as Linux counts it.</summary>
public static partial class ResidentMemory
{
    /// <summary>Bytes resident now.</summary>
    public static long Bytes => Read("VmRSS:");

    /// <summary>Most bytes resident since <see cref="ForgetPeak"/>.</summary>
    public static long PeakBytes => Read("VmHWM:");

    /// <summary>Begins a new peak with what is resident now.</summary>
    public static void ForgetPeak()
    {
        using var file = new FileStream("/proc/self/clear_refs", FileMode.Open, FileAccess.Write);
        file.Write("5\n"u8);
    }

    /// <summary>Gives back to the system what nobody uses: garbage, and free memory that the C library keeps.</summary>
    public static void Settle()
    {
        for (var pass = 0; pass < 3; pass++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
        Trim(0);
    }

    private static long Read(string key) => File.ReadLines("/proc/self/status").First(l => l.StartsWith(key, StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries) is [.., var kibibytes, "kB"]
            ? 1024 * long.Parse(kibibytes.Split('\t')[^1], CultureInfo.InvariantCulture)
            : throw new BenchmarkException($"/proc/self/status has no {key} in kB.");

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
