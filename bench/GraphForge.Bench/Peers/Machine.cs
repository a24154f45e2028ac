using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GraphForge.Bench.Peers;

/// <summary>What the figures were measured on.</summary>
public static class Machine
{
    /// <summary>The processor's name as it tells it, as far as the operating system can be asked.</summary>
    public static string Processor { get; } = FromLinux() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown processor";

    /// <summary>The processor's name as that of a file: lower case, words joined by hyphens.</summary>
    public static string FileName => string.Join('-', string.Concat(Processor.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' '))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>One line: processor, cores, vectors, .NET.</summary>
    public static string Description
    {
        get
        {
            var bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
            return $"{Processor}, {Environment.ProcessorCount} cores, vectors of {bits} bits, {RuntimeInformation.FrameworkDescription}";
        }
    }

    private static string? FromLinux() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
        : null;
}
