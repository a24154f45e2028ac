namespace GraphForge.Runtime.Tests;

/// <summary>Kernels written as the compiler would emit them. A task is one element unless said otherwise.</summary>
internal static unsafe class Kernels
{
    /// <summary>(x, y): y[i] = 3 x[i] + i, in wrapping int32.</summary>
    public static void Affine(nint* buffers, nint scratch, int begin, int end)
    {
        var x = (int*)buffers[0];
        var y = (int*)buffers[1];
        for (var i = begin; i < end; i++) y[i] = unchecked(3 * x[i] + i);
    }

    /// <summary>(x, y), 64 elements: y[i] = x[63 - i] + x[(i + 1) % 64], so that every task reads what other workers wrote.</summary>
    public static void Mix(nint* buffers, nint scratch, int begin, int end)
    {
        var x = (int*)buffers[0];
        var y = (int*)buffers[1];
        for (var i = begin; i < end; i++) y[i] = unchecked(x[63 - i] + x[(i + 1) % 64]);
    }

    /// <summary>(x, sum), one task, 64 elements: sum of x, on top of what sum holds.</summary>
    public static void Accumulate(nint* buffers, nint scratch, int begin, int end)
    {
        var x = (int*)buffers[0];
        var sum = (int*)buffers[1];
        for (var i = 0; i < 64; i++) sum[0] = unchecked(sum[0] + x[i]);
    }

    /// <summary>(x, y): y[i] = 100 / x[i]; throws on zero.</summary>
    public static void Divide(nint* buffers, nint scratch, int begin, int end)
    {
        var x = (int*)buffers[0];
        var y = (int*)buffers[1];
        for (var i = begin; i < end; i++) y[i] = 100 / x[i];
    }

    /// <summary>(x, w, y), one task, float32 scalars: y = x w, and w grows by 1.</summary>
    public static void MultiplyAndStep(nint* buffers, nint scratch, int begin, int end)
    {
        var w = (float*)buffers[1];
        *(float*)buffers[2] = *(float*)buffers[0] * *w;
        *w += 1;
    }

    /// <summary>(x, y): copies float32 through worker-private scratch of one element.</summary>
    public static void CopyThroughScratch(nint* buffers, nint scratch, int begin, int end)
    {
        for (var i = begin; i < end; i++)
        {
            *(float*)scratch = ((float*)buffers[0])[i];
            ((float*)buffers[1])[i] = *(float*)scratch;
        }
    }

    /// <summary>(y): stores what scratch holds on entry.</summary>
    public static void RevealScratch(nint* buffers, nint scratch, int begin, int end)
    {
        for (var i = begin; i < end; i++) ((float*)buffers[0])[i] = *(float*)scratch;
    }

    /// <summary>(y), bytes, one task: writes the byte before the buffer.</summary>
    public static void Underrun(nint* buffers, nint scratch, int begin, int end) => ((byte*)buffers[0])[-1] = 1;

    /// <summary>(y), 5 bytes, one task: writes one byte too many.</summary>
    public static void Overrun(nint* buffers, nint scratch, int begin, int end) => new Span<byte>((byte*)buffers[0], 6).Fill(1);

    /// <summary>(y), one task: writes the byte after 16 bytes of scratch.</summary>
    public static void OverrunScratch(nint* buffers, nint scratch, int begin, int end) => ((byte*)scratch)[16] = 1;

    /// <summary>(), writes nothing.</summary>
    public static void Nothing(nint* buffers, nint scratch, int begin, int end) { }
}
