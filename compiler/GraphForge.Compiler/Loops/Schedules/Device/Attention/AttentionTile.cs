using System.Numerics;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Loops.Schedules.Attention;
using GraphForge.Runtime;
using static GraphForge.Compiler.Loops.Schedules.IntegerArithmetic;

namespace GraphForge.Compiler.Loops.Schedules.Device.Attention;

/// <summary>How scores are cut: a group works on a tile of them at a time, a thread on a few that lie apart by the number of threads.</summary>
/// <param name="OwnThreads">Threads along the own axis.</param>
/// <param name="OtherThreads">Threads along the other axis, or along features; a power of 2.</param>
/// <param name="ThreadOwn">Scores of a thread along the own axis.</param>
/// <param name="ThreadOther">Scores of a thread along the other axis.</param>
/// <param name="Depth">Summed elements of a slice in shared memory.</param>
/// <param name="Features">Features of a group, for each contraction with scores.</param>
internal sealed record AttentionTile(int OwnThreads, int OtherThreads, int ThreadOwn, int ThreadOther, int Depth, int Features)
{
    public int Own => OwnThreads * ThreadOwn;

    public int Other => OtherThreads * ThreadOther;

    public int Threads => OwnThreads * OtherThreads;

    /// <summary>Elements from one row of the tile of scores to the next: one more than there are, so that columns lie in different banks.</summary>
    public int Pitch => Other + 1;

    /// <summary>Features of a thread, of a contraction with so many.</summary>
    public int ThreadFeatures(long features) => (int)CeilingDivide(Math.Min(features, Features), OtherThreads);

    /// <summary>The largest tile that fits registers and shared memory, and leaves no multiprocessor idle.</summary>
    public static AttentionTile Best(ScoreView view, GpuTarget target)
    {
        var (own, other) = (PowerOfTwo(view.Own.Extent), PowerOfTwo(view.Other.Extent));
        var square = (int)Math.Sqrt(target.UsualThreads);
        var ownThreads = (int)Math.Min(own, PowerOfTwo(square));
        var otherThreads = (int)Math.Min(other, PowerOfTwo(target.UsualThreads / ownThreads));
        var outer = view.Outer.Aggregate(1L, (p, v) => p * v.Extent);
        var candidates =
            from depth in new[] { 16, 8, 4, 2, 1 }
            from features in new[] { 1024, 512, 256, 128, 64, 32, 16, 8 }
            from extents in new[] { (4, 4), (4, 2), (2, 4), (2, 2), (2, 1), (1, 2), (1, 1) }
            let tile = new AttentionTile(ownThreads, otherThreads, extents.Item1, extents.Item2, depth, Math.Max(features, otherThreads))
            where tile.Own < 2 * own && tile.Other < 2 * other || extents == (1, 1)
            where tile.Fits(view, target)
            select tile;
        var fitting = candidates.ToArray();
        if (fitting.Length == 0) throw new InternalCompilerException("attention", $"no tile of {view.Definition.Name} fits into {target.SharedBytes} bytes");
        return fitting.FirstOrDefault(t => outer * CeilingDivide(view.Own.Extent, t.Own) >= target.Multiprocessors) ?? fitting[0];
    }

    private bool Fits(ScoreView view, GpuTarget target)
    {
        var products = view.Definition.Stores.Where(view.IsProduct).ToArray();
        var scores = view.Definition.Stores.Where(view.IsMatrix).ToArray();
        var size = view.Definition.Stores.Max(s => s.Value.Type.Size());
        var features = products.Select(s => Math.Min(s.Domain[^1].Extent, Features)).DefaultIfEmpty(0).Max();
        var elements = (long)Own * Pitch + Threads + (long)Depth * (Own + Math.Max(Other, features));
        var registers = (ThreadOwn * ThreadOther * (scores.Length + 1) + products.Sum(s => ThreadOwn * ThreadFeatures(s.Domain[^1].Extent))) * Math.Max(1, size / 4);
        return elements * size * view.Definition.Stores.Select(s => s.Value.Type).Distinct().Count(t => t.IsFloat()) <= target.SharedBytes &&
            (registers <= 2 * target.ThreadRegisters || ThreadOwn * ThreadOther == 1);
    }

    private static long PowerOfTwo(long count) => (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, count));
}
