namespace GraphForge.Data;

/// <summary>The order in which an epoch visits the samples.</summary>
public static class SampleOrder
{
    /// <summary>0, 1, 2, …</summary>
    public static int[] Sequential(int count) => [.. Enumerable.Range(0, count)];

    /// <summary>
    /// Fisher and Yates's shuffle. The generator is our own, so that an order never changes with the version of .NET.
    /// </summary>
    public static int[] Shuffled(int count, ulong seed, int epoch)
    {
        var order = Sequential(count);
        var state = Mix(seed) ^ Mix(unchecked((ulong)epoch) + 0x632BE59BD9B4E019);
        for (var i = count - 1; i > 0; i--)
        {
            var j = Below((uint)i + 1, ref state);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    /// <summary>Uniform below the bound, without bias: D. Lemire, Fast Random Integer Generation in an Interval, 2019.</summary>
    private static int Below(uint bound, ref ulong state)
    {
        var threshold = unchecked(0u - bound) % bound;
        while (true)
        {
            var product = (Next(ref state) >> 32) * bound;
            if ((uint)product >= threshold) return (int)(product >> 32);
        }
    }

    /// <summary>SplitMix64: G. Steele, D. Lea and C. Flood, Fast Splittable Pseudorandom Number Generators, 2014.</summary>
    private static ulong Next(ref ulong state)
    {
        unchecked { state += 0x9E3779B97F4A7C15; }
        return Mix(state);
    }

    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
