using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using GraphForge.Compiler.Tests.Device.Double;

#pragma warning disable IDE0130 // The double stands where kernels expect ILGPU.
namespace ILGPU.Runtime.Cuda;
#pragma warning restore IDE0130

/// <summary>Test double: an operand that an instruction reads.</summary>
public struct Input<T> where T : struct
{
    public T Value { get; set; }

    public static implicit operator Input<T>(T value) => new() { Value = value };
}

/// <summary>Test double: an operand that an instruction reads and writes.</summary>
public struct Ref<T> where T : struct
{
    public T Value { get; set; }

    public static implicit operator Ref<T>(T value) => new() { Value = value };
}

/// <summary>Test double: instructions of PTX, of which it knows the products of tensor cores.</summary>
public static partial class CudaAsm
{
    /// <summary>The one form of operands that products have: four sums, four words of rows, two of columns.</summary>
    public static void EmitRef(
        string asm, ref Ref<float> d0, ref Ref<float> d1, ref Ref<float> d2, ref Ref<float> d3,
        ref Input<int> a0, ref Input<int> a1, ref Input<int> a2, ref Input<int> a3, ref Input<int> b0, ref Input<int> b1,
        [CallerLineNumber] int line = 0)
    {
        if (Product().Match(asm) is not { Success: true } match) throw new NotSupportedException(asm);
        var product = new TensorProduct(match.Groups["shape"].Value, match.Groups["type"].Value);
        var mine = new WarpFragment([d0.Value, d1.Value, d2.Value, d3.Value], [a0.Value, a1.Value, a2.Value, a3.Value], [b0.Value, b1.Value]);
        var thread = RunningThread.Current;
        var sums = product.Sums(thread.Exchange(mine, line), thread.Lane);
        (d0.Value, d1.Value, d2.Value, d3.Value) = (sums[0], sums[1], sums[2], sums[3]);
    }

    [GeneratedRegex(@"^mma\.sync\.aligned\.(?<shape>\w+)\.row\.col\.f32\.(?<type>\w+)\.\k<type>\.f32 \{%0, %1, %2, %3\}, \{%4, %5, %6, %7\}, \{%8, %9\}, \{%0, %1, %2, %3\};$")]
    private static partial Regex Product();
}
