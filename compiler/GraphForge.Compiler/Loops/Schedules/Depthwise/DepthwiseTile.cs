using GraphForge.Compiler.Emit.Targets;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules.Depthwise;

/// <summary>
/// Which results stay in registers at once, and how much of the sum is written out: the choice of least modelled time. Neighbouring
/// results meet the same elements (windows overlap, all windows have one weight), so that a vector loaded serves several products.
/// </summary>
/// <param name="Whole">Result variables all values of which are in the tile.</param>
/// <param name="Cut">Result variable of which the tile has a run; null for none.</param>
/// <param name="Steps">Length of the run.</param>
/// <param name="Unrolled">How many innermost variables of the sum are written out whole.</param>
/// <param name="Chunk">How many values of the variable around them are.</param>
internal sealed record DepthwiseTile(IReadOnlyList<LoopVar> Whole, LoopVar? Cut, long Steps, int Unrolled, long Chunk)
{
    /// <summary>Longest axis that is taken whole, and most steps of a sum that are written out: kernels must stay readable.</summary>
    private const long LongestWhole = 5, MostUnrolled = 9;

    /// <summary>Cycles from a multiply-add to the next on the same register.</summary>
    private const double Latency = 4;

    /// <summary>Cycles to bring a vector into the first-level cache.</summary>
    private const double FetchCycles = 1.5;

    /// <summary>Values of a summed variable by which the share of vectors that are fetched again is told.</summary>
    private const long Sampled = 4;

    /// <summary>Cycles of a loop around what is written out, and of getting to a tile.</summary>
    private const double LoopCycles = 2, TileStart = 15;

    /// <summary>All results in cycles of one vector loaded, and one multiplied and added, a cycle.</summary>
    public double Cycles { get; private init; }

    /// <summary>Result elements of one vector that are in a tile.</summary>
    public long Accumulators => Whole.Aggregate(Steps, (p, v) => p * v.Extent);

    public static IEnumerable<DepthwiseTile> Candidates(DepthwiseContraction shape, CpuTarget target)
    {
        var registers = target.VectorRegisters == 32 ? 12 : 6;
        return
            from whole in Subsets(shape.Results.Where(v => v.Extent <= LongestWhole))
            let count = whole.Aggregate(1L, (p, v) => p * v.Extent)
            where count <= registers
            from cut in shape.Results.Except(whole).Reverse().Append(null)
            from steps in cut is null ? [1L] : new[] { 2L, 3, 4, 6, 8, 10, 12 }.Where(s => s <= cut.Extent && s * count <= registers)
            from unroll in Unrolls(shape.Summed)
            select new DepthwiseTile(whole, cut, steps, unroll.Whole, unroll.Chunk).Timed(shape);
    }

    private static IEnumerable<LoopVar[]> Subsets(IEnumerable<LoopVar> variables) => variables.Aggregate(
        (IEnumerable<LoopVar[]>)[[]], (subsets, variable) => [.. subsets, .. subsets.Select(s => (LoopVar[])[.. s, variable])]);

    private static IEnumerable<(int Whole, long Chunk)> Unrolls(IReadOnlyList<LoopVar> summed)
    {
        yield return (0, 1);
        var written = 1L;
        for (var whole = 0; whole < summed.Count; whole++)
        {
            var extent = summed[^(whole + 1)].Extent;
            foreach (var chunk in new long[] { 2, 4 })
                if (chunk < extent && written * chunk <= MostUnrolled) yield return (whole, chunk);
            written *= extent;
            if (written > MostUnrolled) yield break;
            yield return (whole + 1, 1);
        }
    }

    private DepthwiseTile Timed(DepthwiseContraction shape)
    {
        var tiles = shape.Results.Except(Whole).Where(v => v != Cut).Aggregate(shape.Vectors, (p, v) => p * v.Extent);
        var (whole, rest) = Cut is null ? (1, 0) : Math.DivRem(Cut.Extent, Steps);
        return this with { Cycles = tiles * (whole * TileCycles(shape, Steps) + (rest > 0 ? TileCycles(shape, rest) : 0)) };
    }

    private double TileCycles(DepthwiseContraction shape, long steps)
    {
        (LoopVar, long)[] tile = [.. Whole.Select(v => (v, v.Extent)), .. Cut is null ? [] : new[] { (Cut, steps) }];
        var step = tile.Concat(WrittenOut(shape)).ToArray();
        var sampled = tile.Concat(shape.Summed.Select(v => (v, Math.Min(v.Extent, Sampled)))).ToArray();
        var products = (double)Count(tile) * Count([.. shape.Summed.Select(v => (v, v.Extent))]);
        var chain = Latency * Count(step) / Count(tile);
        return products / Count(step) * (Math.Max(Math.Max(Count(step), Places(shape, step)), chain) + LoopCycles) +
            products / Count(sampled) * Places(shape, sampled) * FetchCycles + 2 * Count(tile) + TileStart;
    }

    /// <summary>Variables of the sum that a step of it has several values of.</summary>
    private IEnumerable<(LoopVar Variable, long Extent)> WrittenOut(DepthwiseContraction shape)
    {
        if (Chunk > 1) yield return (shape.Summed[^(Unrolled + 1)], Chunk);
        foreach (var variable in shape.Summed.TakeLast(Unrolled)) yield return (variable, variable.Extent);
    }

    private static long Count((LoopVar, long Extent)[] variables) => variables.Aggregate(1L, (p, v) => p * v.Extent);

    /// <summary>Vectors of both factors that are read while variables run over so many values each.</summary>
    private static long Places(DepthwiseContraction shape, (LoopVar Variable, long Extent)[] variables) =>
        Places(shape.Left.Index, variables) + Places(shape.Right.Index, variables);

    private static int Places(IndexExpr index, (LoopVar Variable, long Extent)[] variables)
    {
        var places = new HashSet<long> { 0 };
        foreach (var (variable, extent) in variables)
            if (index.Coefficient(variable) is not 0 and var stride)
                places = [.. places.SelectMany(p => Enumerable.Range(0, (int)extent).Select(i => p + i * stride))];
        return places.Count;
    }
}
