using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GraphForge.Bench;

/// <summary>Measures how fast memory is copied at most: each thread its own share, by the library's copy or by plain vector loads and stores.</summary>
public sealed unsafe class CopyRate : IDisposable
{
    private readonly long _bytes;
    private readonly byte* _from;
    private readonly byte* _to;

    /// <param name="bytes">Bytes read; as many are written.</param>
    public CopyRate(long bytes)
    {
        _bytes = bytes;
        _from = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        _to = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        new Span<byte>(_from, checked((int)bytes)).Fill(1);
        new Span<byte>(_to, checked((int)bytes)).Fill(2);
    }

    /// <summary>Bytes a second, read and written ones together; the better of both ways.</summary>
    public double Measure(int threads, double seconds) =>
        Math.Max(MeasureOnce(threads, seconds / 2, &Library), MeasureOnce(threads, seconds / 2, &Plain));

    private double MeasureOnce(int threads, double seconds, delegate*<byte*, byte*, long, void> copy)
    {
        var share = _bytes / threads & ~63L;
        var (address, target, way) = ((nint)_from, (nint)_to, (nint)copy);
        var rounds = 0;
        var clock = Stopwatch.StartNew();
        using var barrier = new Barrier(threads, _ =>
        {
            if (clock.Elapsed.TotalSeconds < seconds) rounds++;
            else rounds = -rounds;
        });
        var workers = Enumerable.Range(0, threads).Select(t => new Thread(() =>
        {
            do
            {
                ((delegate*<byte*, byte*, long, void>)way)((byte*)address + t * share, (byte*)target + t * share, share);
                barrier.SignalAndWait();
            }
            while (rounds > 0);
        })).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        return 2.0 * share * threads * (1 - rounds) / clock.Elapsed.TotalSeconds;
    }

    private static void Library(byte* from, byte* to, long bytes) => Buffer.MemoryCopy(from, to, bytes, bytes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Plain(byte* from, byte* to, long bytes)
    {
        for (long i = 0; i < bytes; i += 64) Vector512.Store(Vector512.Load(from + i), to + i);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_from);
        NativeMemory.AlignedFree(_to);
    }
}
