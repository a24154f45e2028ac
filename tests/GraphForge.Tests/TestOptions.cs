namespace GraphForge.Tests;

/// <summary>The one place that says what executes the models of these tests.</summary>
internal static class TestOptions
{
    public static Backend Backend { get; } = GraphForge.Backend.Compiled;

    public static CompileOptions Default { get; } = new() { Backend = Backend, Threads = 2 };

    public static CompileOptions WithSeed(long seed) => Default with { Seed = seed };
}
