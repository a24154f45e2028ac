using GraphForge.Bench.Workloads;

namespace GraphForge.Bench.Peers;

/// <summary>What is compared.</summary>
public static class WorkTable
{
    private const long Rows = 4096, Columns = 1024;

    private static readonly (string, long[]) Matrix = ("x", [Rows, Columns]);

    public static IReadOnlyList<Work> All { get; } =
    [
        .. new long[] { 512, 1024, 2048, 3072 }.Select(Contraction),
        .. WorkloadTable.All.Select(w => new StepWork(w)),
        .. WorkloadTable.All.Where(w => w.Name != "tiny").Select(w => new InferenceWork(w)),
        new KernelWork("kernel-softmax", [Matrix], x => x[0].Softmax(1), 0),
        new KernelWork("kernel-layernorm", [Matrix, ("weight", [Columns]), ("bias", [Columns])],
            x => Functional.LayerNorm(x[0], [Columns], x[1], x[2]), 0),
        new KernelWork("kernel-gelu", [Matrix], x => (x[0] * 1.1 + 0.3).Gelu() * x[0], 0),
    ];

    private static KernelWork Contraction(long size) => new(
        $"contraction-{size}", [("a", [size, size]), ("b", [size, size])], x => x[0].MatMul(x[1]), 2.0 * size * size * size);
}
