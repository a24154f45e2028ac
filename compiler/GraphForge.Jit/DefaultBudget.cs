using System.Numerics;
using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Jit;

/// <summary>The budget of a program whose user named none: what the device has free, but for a margin.</summary>
public static class DefaultBudget
{
    /// <summary>Part of the free memory left to whatever else the process and the machine do.</summary>
    private const double Margin = 0.1;

    /// <summary>
    /// Leading bits of a budget that count. A plan that had to be squeezed is found again only for the same budget, and the free
    /// memory of a machine is never the same twice: steps of a sixteenth or less forget most of that, for at most 6 % of the memory.
    /// </summary>
    private const int LeadingBits = 5;

    /// <summary>For a program that reads and writes these states, whose storage is allocated before it is planned.</summary>
    public static long Of(ComputationGraph graph) => graph.States.Sum(s => s.Type.Bytes) + Of(AvailableMemory.Bytes());

    /// <summary>For a device with so many bytes free.</summary>
    public static long Of(long free)
    {
        var budget = (long)(free * (1 - Margin));
        var dropped = Math.Max(0, BitOperations.Log2((ulong)budget) + 1 - LeadingBits);
        return budget >> dropped << dropped;
    }
}
