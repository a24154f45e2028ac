using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Ops;
using GraphForge.Runtime;

namespace GraphForge.Bench;

/// <summary>Float32 matrix products of one size, each operand as stored or transposed, as a share of the measured peak.</summary>
public static class ContractionRate
{
    /// <summary>The four ways operands can lie in memory: rows × columns, with either transposed.</summary>
    private static readonly string[] Layouts = ["mk,kn->mn", "mk,nk->mn", "km,kn->mn", "km,nk->mn"];

    public static void Run(int size, int threads)
    {
        foreach (var layout in Layouts)
        {
            using var context = KernelProgram.Compile($"contraction{size}", Product(layout, size), threads).Rent();
            KernelProgram.Fill(context);
            var rates = new double[9];
            var peaks = new double[9];
            for (var i = 0; i < rates.Length; i++)
            {
                peaks[i] = FmaPeak.Measure(threads, 0.05);
                rates[i] = 2.0 * size * size * size / (RunTime.Median(context.Run, 0.1) / 1e3);
            }
            var (rate, peak) = (RunTime.Median(rates), RunTime.Median(peaks));
            Console.WriteLine($"{layout} {size}³, {threads} threads: {rate / 1e9,6:F1} GFLOP/s of {peak / 1e9,6:F1}, {rate / peak:P0} of peak");
        }
    }

    private static Node Product(string layout, int size) => Nodes.Einsum(layout,
        Nodes.Input("a", DType.Float32, Shape.Of(size, size)), Nodes.Input("b", DType.Float32, Shape.Of(size, size)));
}
