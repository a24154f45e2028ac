namespace GraphForge.Bench;

/// <summary>What was asked for cannot be measured: there is no such thing, results differ, or another library fails.</summary>
public sealed class BenchmarkException(string message) : Exception(message);
