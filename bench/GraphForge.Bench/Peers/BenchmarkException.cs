namespace GraphForge.Bench.Peers;

/// <summary>A comparison that cannot be made: results differ, or a side fails.</summary>
public sealed class BenchmarkException(string message) : Exception(message);
