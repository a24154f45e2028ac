namespace GraphForge.Jit.Tests;

/// <summary>Small programs in the form the emitter gives them, and calls of their kernels.</summary>
internal static class KernelText
{
    public static readonly string[] Names = ["Fill"];

    /// <summary>One kernel that writes <paramref name="value"/> to elements begin..end-1 of its first buffer.</summary>
    public static string Fill(int value) => Program($"((int*)buffers[0])[i] = {value};");

    public static string Program(string statement) => $$"""
        using System.Runtime.CompilerServices;

        namespace GraphForge.Generated;

        internal static class Kernels
        {
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public static unsafe void Fill(nint* buffers, nint scratch, int begin, int end)
            {
                for (var i = begin; i < end; i++)
                    {{statement}}
            }
        }

        """;

    public static unsafe int[] Run(KernelLibrary library, int count)
    {
        var result = new int[count];
        fixed (int* data = result)
        {
            var buffer = (nint)data;
            ((delegate* managed<nint*, nint, int, int, void>)library.Entries[0])(&buffer, 0, 0, count);
        }

        GC.KeepAlive(library);
        return result;
    }
}
