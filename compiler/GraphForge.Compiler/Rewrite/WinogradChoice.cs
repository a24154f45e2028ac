using GraphForge.Runtime;

namespace GraphForge.Compiler.Rewrite;

/// <summary>
/// Whether a convolution of stride 1 is computed by <see cref="WinogradConvolution"/>, and with how many products along an axis:
/// by a model of the time, in cycles of one vector operation each. Only float32, whose rounding errors were measured.
/// </summary>
/// <param name="Batch">Images.</param>
/// <param name="Extents">Of the result (of a weight gradient: of the cotangent), along each spatial axis.</param>
/// <param name="Kernel">Kernel extents.</param>
/// <param name="Channels">Channels of the image.</param>
/// <param name="Outputs">Channels of the result; lanes run along them.</param>
internal sealed record WinogradChoice(long Batch, IReadOnlyList<long> Extents, IReadOnlyList<long> Kernel, long Channels, long Outputs)
{
    private const long Lanes = 16;

    /// <summary>Cycles to transform one vector of a product, of the operands and back.</summary>
    private const double ForwardCycles = 9, BackCycles = 5.5;

    /// <summary>Cycles to gather a vector of weights, whose neighbours are rows of the weights as they are stored.</summary>
    private const double GatherCycles = 30;

    /// <summary>Cycles to read a vector of prepared weights, where those of the convolution stay in a cache and where they do not.</summary>
    private const double CachedCycles = 2, MemoryCycles = 16;

    /// <summary>Vectors of weights that stay in a cache beside those of other convolutions: 4 MiB.</summary>
    private const double CachedVectors = 1 << 16;

    /// <summary>Least saving worth a less direct way.</summary>
    private const double Margin = 0.85;

    /// <summary>More channels than this would not leave the transformed tiles in the second-level cache.</summary>
    private const long MostChannels = 512;

    /// <summary>Whether weights are brought into their form once for all runs, which only read them.</summary>
    public bool IsPrepared { get; init; }

    private static long Vectors(long channels) => (channels + Lanes - 1) / Lanes;

    private double Taps => Kernel.Aggregate(1.0, (p, k) => p * k);

    private double Direct => Batch * Extents.Aggregate(1.0, (p, e) => p * e) * Taps * Channels * Vectors(Outputs);

    /// <summary>Products along an axis for a convolution; 0 where it does better directly.</summary>
    public long ForConvolution(DType type) => Best(type, Direct + WeightCycles(Taps), products => TileCycles(products, back: Vectors(Outputs)) +
        WeightCycles(Combinations(products)));

    /// <summary>Products along an axis for a weight gradient; 0 where it does better directly.</summary>
    public long ForWeightGradient(DType type) => Best(type, Direct, products =>
        TileCycles(products, back: 0) + Tiles(products) * Combinations(products) * Vectors(Outputs) * ForwardCycles +
        Channels * Vectors(Outputs) * Combinations(products) * BackCycles);

    /// <summary>Kernels that are exact enough: see the errors in the tests of <see cref="CookToom"/>.</summary>
    private static bool IsExact(long products, long kernel) => kernel == 1 || (products, kernel) is (4, 2) or (4, 3) or (6, 3) or (6, 4) or (6, 5);

    private long Best(DType type, double direct, Func<long, double> cycles)
    {
        var wide = Kernel.Count(k => k > 1);
        if (type != DType.Float32 || wide is 0 or > 2 || Math.Max(Channels, Outputs) > MostChannels) return 0;
        var best = new long[] { 4, 6 }.Where(t => Kernel.All(k => IsExact(t, k))).Select(t => (Products: t, Cycles: cycles(t))).DefaultIfEmpty().MinBy(c => c.Cycles);
        return best.Products > 0 && best.Cycles < Margin * direct ? best.Products : 0;
    }

    private double Combinations(long products) => Kernel.Where(k => k > 1).Aggregate(1.0, (p, _) => p * products);

    private double Tiles(long products) => Extents.Zip(Kernel).Aggregate((double)Batch, (p, axis) =>
        p * (axis.Second == 1 ? axis.First : Math.Ceiling((double)axis.First / (products - axis.Second + 1))));

    private double TileCycles(long products, long back) => Tiles(products) * Combinations(products) *
        (1.1 * Channels * Vectors(Outputs) + ForwardCycles * Vectors(Channels) + BackCycles * back);

    private double WeightCycles(double stored)
    {
        var vectors = (double)Channels * Vectors(Outputs);
        if (IsPrepared) return vectors * stored * (vectors * stored <= CachedVectors ? CachedCycles : MemoryCycles);
        return vectors * (Taps * GatherCycles + stored * 4);
    }
}
