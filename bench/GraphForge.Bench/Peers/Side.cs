namespace GraphForge.Bench.Peers;

/// <summary>One that does the works: GraphForge, or another library in a process of its own, idle unless asked.</summary>
public abstract class Side : IDisposable
{
    /// <summary>Name and version.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it can do the work.</summary>
    public abstract bool Does(Work work);

    /// <summary>Makes the work ready in place of the one before.</summary>
    /// <param name="work">What is to be timed.</param>
    /// <param name="folder">Weights, inputs and expected results: written by PyTorch, read by the others.</param>
    /// <exception cref="BenchmarkException">It fails, or its results are not those expected.</exception>
    public abstract void Prepare(Work work, string folder);

    /// <summary>Milliseconds of the median run of as many as fit into <paramref name="seconds"/>, at least five.</summary>
    public abstract double Time(double seconds);

    public abstract void Dispose();
}
