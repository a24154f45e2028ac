namespace GraphForge.Bench.Gpu;

/// <summary>What the command line asks for.</summary>
/// <param name="Words">Works, or parts of their names; none for all.</param>
/// <param name="Device">Name of the device.</param>
/// <param name="Scale">How large works are.</param>
/// <param name="IsKept">Whether the table is written to bench/results.</param>
public sealed record GpuArguments(IReadOnlyList<string> Words, string Device, GpuScale Scale, bool IsKept)
{
    public const string Explanation =
        "Written by `dotnet run -c Release --project bench/GraphForge.Bench.Gpu`. Every side has its turn in each of five rounds, the others idle; times are medians of " +
        "rounds, and ratios medians of the ratios within a round. Weights and inputs are the same, and results were compared before. Training steps include copying " +
        "inputs to the device and the loss back; kernels are timed by events of the device. The copy that bandwidth is measured by is a kernel that adds 1 to 256 MiB.";

    /// <exception cref="BenchmarkException">An option is unknown or lacks its value.</exception>
    public static GpuArguments Parse(string[] arguments)
    {
        var parsed = new GpuArguments([], "cuda", GpuScale.Full, IsKept: false);
        for (var i = 0; i < arguments.Length; i++)
            parsed = arguments[i] switch
            {
                "--keep" => parsed with { IsKept = true },
                "--device" => parsed with { Device = Value(arguments, ++i) },
                "--scale" => parsed with { Scale = Enum.TryParse<GpuScale>(Value(arguments, ++i), ignoreCase: true, out var scale) ? scale : throw Usage() },
                ['-', ..] => throw Usage(),
                var word => parsed with { Words = [.. parsed.Words, word] },
            };
        return parsed;
    }

    private static string Value(string[] arguments, int index) => index < arguments.Length ? arguments[index] : throw Usage();

    private static BenchmarkException Usage() => new("usage: [works] [--device cuda|cuda:1|opencl|best|simulated] [--scale full|tiny] [--keep]");
}
