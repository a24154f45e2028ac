using System.Collections.Concurrent;
using GraphForge.Compiler.Emit;

namespace GraphForge.Jit.Tests;

/// <summary>The vector math text compiled for one width, with a kernel around each function.</summary>
internal sealed class VectorMathProgram
{
    public static readonly int[] Widths = [128, 256, 512];

    public static readonly string[] Unary =
    [
        "Exp", "Log", "Sin", "Cos", "Tanh", "Erf", "Sign", "Erfc", "Expm1", "Log1p", "Log2", "Sigmoid", "Softplus",
        "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh",
    ];

    private static readonly string[] Binary = ["Power", "Atan2"];

    private static readonly string[] Reductions = ["Sum", "Product", "Max", "Min"];

    private static readonly (string Vector, string Scalar)[] Types =
        [("F32", "float"), ("F64", "double"), ("I32", "int"), ("I64", "long")];

    private static readonly ConcurrentDictionary<int, VectorMathProgram> Programs = new();

    private readonly KernelLibrary _library;
    private readonly List<string> _names;

    private VectorMathProgram(int width)
    {
        var kernels = Kernels().ToList();
        _names = [.. kernels.Select(kernel => kernel.Name)];
        var text = Usings(width) + $$"""

            namespace GraphForge.Generated;

            internal static unsafe class Kernels
            {
            {{string.Join('\n', kernels.Select(kernel => Method(kernel.Name, kernel.Body)))}}
            }

            """ + PreludeSource.Cpu.All;
        _library = new KernelCompiler(KernelCacheOptions.Disabled).Load(text, _names);
    }

    public static VectorMathProgram OfWidth(int bits) => Programs.GetOrAdd(bits, width => new VectorMathProgram(width));

    /// <summary>The directives a program of this width starts with.</summary>
    public static string Usings(int bits) => $"""
        using System;
        using System.Runtime.CompilerServices;
        using System.Runtime.Intrinsics;
        using System.Runtime.Intrinsics.X86;
        using F32 = System.Runtime.Intrinsics.Vector{bits}<float>;
        using F64 = System.Runtime.Intrinsics.Vector{bits}<double>;
        using I32 = System.Runtime.Intrinsics.Vector{bits}<int>;
        using U32 = System.Runtime.Intrinsics.Vector{bits}<uint>;
        using I64 = System.Runtime.Intrinsics.Vector{bits}<long>;
        using U64 = System.Runtime.Intrinsics.Vector{bits}<ulong>;
        using Vec = System.Runtime.Intrinsics.Vector{bits};

        """;

    /// <summary>Runs a kernel over the given buffers.</summary>
    public unsafe void Run(string kernel, int begin, int end, params ReadOnlySpan<nint> buffers)
    {
        fixed (nint* addresses = buffers)
            ((delegate* managed<nint*, nint, int, int, void>)_library.Entries[_names.IndexOf(kernel)])(addresses, 0, begin, end);
    }

    /// <summary>A function of one operand over an array whose length is a multiple of 16.</summary>
    public T[] Map<T>(string kernel, T[] x) where T : unmanaged => Map<T, T>(kernel, x);

    public unsafe TResult[] Map<T, TResult>(string kernel, T[] x) where T : unmanaged where TResult : unmanaged
    {
        var y = new TResult[x.Length];
        fixed (T* from = x)
        fixed (TResult* to = y) Run(kernel, 0, x.Length, (nint)from, (nint)to);
        return y;
    }

    public unsafe T[] Map<T>(string kernel, T[] x, T[] y) where T : unmanaged
    {
        var z = new T[x.Length];
        fixed (T* left = x, right = y, to = z) Run(kernel, 0, x.Length, (nint)left, (nint)right, (nint)to);
        return z;
    }

    private static IEnumerable<(string Name, string Body)> Kernels() =>
        [.. Types[..2].SelectMany(FloatKernels), .. Types.SelectMany(LaneKernels), .. new[] { "Float16", "BFloat16" }.SelectMany(HalfKernels), .. RandomKernels()];

    private static IEnumerable<(string Name, string Body)> FloatKernels((string Vector, string Scalar) type)
    {
        var (vector, scalar) = type;
        foreach (var function in Unary)
        {
            yield return ($"{function}{vector}", $"""
                var x = ({scalar}*)buffers[0]; var y = ({scalar}*)buffers[1];
                for (var i = begin; i < end; i += {vector}.Count) Vec.Store(VectorMath.{function}(Vec.Load(x + i)), y + i);
                """);
            yield return ($"{function}{vector}Scalar", $"""
                var x = ({scalar}*)buffers[0]; var y = ({scalar}*)buffers[1];
                for (var i = begin; i < end; i++) y[i] = VectorMath.{function}(x[i]);
                """);
        }

        foreach (var function in Binary)
        {
            yield return ($"{function}{vector}", $"""
                var x = ({scalar}*)buffers[0]; var y = ({scalar}*)buffers[1]; var z = ({scalar}*)buffers[2];
                for (var i = begin; i < end; i += {vector}.Count)
                    Vec.Store(VectorMath.{function}(Vec.Load(x + i), Vec.Load(y + i)), z + i);
                """);
            yield return ($"{function}{vector}Scalar", $"""
                var x = ({scalar}*)buffers[0]; var y = ({scalar}*)buffers[1]; var z = ({scalar}*)buffers[2];
                for (var i = begin; i < end; i++) z[i] = VectorMath.{function}(x[i], y[i]);
                """);
        }
    }

    private static IEnumerable<(string Name, string Body)> LaneKernels((string Vector, string Scalar) type)
    {
        var (vector, scalar) = type;
        foreach (var reduction in Reductions)
            yield return ($"{reduction}Lanes{vector}",
                $"(({scalar}*)buffers[1])[0] = VectorMath.{reduction}(Vec.Load(({scalar}*)buffers[0]));");
        yield return ($"Partial{vector}", $"""
            var lanes = Lanes.LoadPartial(({scalar}*)buffers[0], end);
            Vec.Store(lanes, ({scalar}*)buffers[1]);
            Lanes.StorePartial(lanes, ({scalar}*)buffers[2], end);
            if (end < {vector}.Count) Lanes.StoreNarrow(lanes, ({scalar}*)buffers[3], end);
            """);
    }

    private static IEnumerable<(string Name, string Body)> HalfKernels(string type) =>
    [
        ($"Load{type}", $"""
            var x = (ushort*)buffers[0]; var y = (float*)buffers[1];
            for (var i = begin; i < end; i += F32.Count) Vec.Store(Halves.Load{type}(x + i, F32.Count), y + i);
            """),
        ($"Store{type}", $"""
            var x = (float*)buffers[0]; var y = (ushort*)buffers[1];
            for (var i = begin; i < end; i += F32.Count) Halves.Store{type}(Vec.Load(x + i), y + i, F32.Count);
            """),
        ($"Round{type}", $"""
            var x = (float*)buffers[0]; var y = (float*)buffers[1];
            for (var i = begin; i < end; i += F32.Count) Vec.Store(Halves.Round{type}(Vec.Load(x + i)), y + i);
            """),
        ($"Load{type}Scalar", $"for (var i = begin; i < end; i++) ((float*)buffers[1])[i] = Halves.From{type}(((ushort*)buffers[0])[i]);"),
        ($"Store{type}Scalar", $"for (var i = begin; i < end; i++) ((ushort*)buffers[1])[i] = Halves.To{type}(((float*)buffers[0])[i]);"),
        ($"Round{type}Scalar", $"for (var i = begin; i < end; i++) ((float*)buffers[1])[i] = Halves.Round{type}(((float*)buffers[0])[i]);"),
        ($"Partial{type}", $"""
            var lanes = Halves.Load{type}((ushort*)buffers[0], end);
            Vec.Store(lanes, (float*)buffers[1]);
            Halves.Store{type}(lanes, (ushort*)buffers[2], end);
            """),
    ];

    private static IEnumerable<(string Name, string Body)> RandomKernels() =>
    [
        ("Uniform", """
            var a = (long*)buffers[0]; var y = (float*)buffers[1];
            for (var i = begin; i < end; i += F32.Count) Vec.Store(VectorMath.UniformLanes(a[0], a[1], a[2] + i), y + i);
            """),
        ("UniformScalar", """
            var a = (long*)buffers[0]; var y = (float*)buffers[1];
            for (var i = begin; i < end; i++) y[i] = VectorMath.Uniform(a[0], a[1], a[2] + i);
            """),
        ("Threefry", """
            var a = (uint*)buffers[0]; var x0 = Vec.Create(a[2]); var x1 = Vec.Create(a[3]);
            VectorMath.Threefry(a[0], a[1], ref x0, ref x1);
            a[4] = x0.ToScalar(); a[5] = x1.GetElement(U32.Count - 1);
            """),
        ("LaneCount", "((int*)buffers[0])[0] = F32.Count;"),
    ];

    private static string Method(string name, string body) => $$"""
        public static void {{name}}(nint* buffers, nint scratch, int begin, int end)
        {
            {{body}}
        }
        """;
}
