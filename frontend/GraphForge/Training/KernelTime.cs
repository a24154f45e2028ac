namespace GraphForge;

/// <summary>Time of one kernel in one step, waiting for other workers included.</summary>
/// <param name="Kernel">Name of the kernel in the generated code.</param>
/// <param name="Time">From its start to the start of the next kernel, on the calling thread.</param>
public readonly record struct KernelTime(string Kernel, TimeSpan Time)
{
    public override string ToString() => $"{Time.TotalMicroseconds,10:F1} µs  {Kernel}";
}
