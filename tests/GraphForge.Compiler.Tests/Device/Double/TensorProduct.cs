namespace GraphForge.Compiler.Tests.Device.Double;

/// <summary>What a thread gives to a product of its warp.</summary>
internal readonly record struct WarpFragment(float[] Sums, int[] Rows, int[] Columns);

/// <summary>
/// D = A · B + C on tensor cores, written from the tables of the PTX ISA, section "Matrix multiply-accumulate operation using mma
/// instruction", element by element: where the elements of each thread lie is not taken from the compiler.
/// </summary>
internal sealed class TensorProduct
{
    private readonly string _type;
    private readonly int _depth;

    public TensorProduct(string shape, string type)
    {
        _type = type;
        _depth = (shape, type) switch
        {
            ("m16n8k8", "tf32") => 8,
            ("m16n8k16", "f16" or "bf16") => 16,
            _ => throw new NotSupportedException($"mma {shape} of {type}"),
        };
    }

    /// <summary>The four sums of a thread.</summary>
    /// <exception cref="InvalidOperationException">The warp does not have 32 threads.</exception>
    public float[] Sums(IReadOnlyList<WarpFragment> warp, int lane)
    {
        if (warp.Count != 32) throw new InvalidOperationException($"a product of {warp.Count} threads");
        var (a, b) = (new double[16, _depth], new double[_depth, 8]);
        for (var thread = 0; thread < 32; thread++) Place(warp[thread], thread, a, b);
        return [.. Enumerable.Range(0, 4).Select(i =>
        {
            // groupID = lane / 4; rows groupID for c0 and c1, groupID + 8 for c2 and c3; columns (lane % 4) · 2 + (i & 1).
            var (row, column) = (lane / 4 + (i < 2 ? 0 : 8), lane % 4 * 2 + (i & 1));
            return (float)(warp[lane].Sums[i] + Enumerable.Range(0, _depth).Sum(k => a[row, k] * b[k, column]));
        })];
    }

    private void Place(WarpFragment given, int lane, double[,] a, double[,] b)
    {
        var (group, inGroup) = (lane / 4, lane % 4);
        if (_depth == 8)
        {
            // a0: (groupID, t), a1: (groupID + 8, t), a2: (groupID, t + 4), a3: (groupID + 8, t + 4); b0: (t, groupID), b1: (t + 4, groupID).
            for (var i = 0; i < 4; i++) a[group + (i is 0 or 2 ? 0 : 8), inGroup + (i < 2 ? 0 : 4)] = Rounded(given.Rows[i]);
            for (var i = 0; i < 2; i++) b[inGroup + 4 * i, group] = Rounded(given.Columns[i]);
            return;
        }
        // a_i: row groupID for i in 0..1 and 4..5, else groupID + 8; column t · 2 + (i & 1), and 8 more from i = 4 on.
        for (var i = 0; i < 8; i++) a[group + (i is 0 or 1 or 4 or 5 ? 0 : 8), inGroup * 2 + (i & 1) + (i < 4 ? 0 : 8)] = Half(given.Rows[i / 2], i & 1);
        // b_i: row t · 2 + (i & 1), and 8 more from i = 2 on; column groupID.
        for (var i = 0; i < 4; i++) b[inGroup * 2 + (i & 1) + (i < 2 ? 0 : 8), group] = Half(given.Columns[i / 2], i & 1);
    }

    /// <summary>The device does not read the low 13 bits: what it is given must be rounded.</summary>
    private static double Rounded(int word) => (word & 0x1FFF) == 0 ? BitConverter.Int32BitsToSingle(word) : throw new InvalidOperationException($"{word:x8} is not rounded to tf32");

    private double Half(int word, int half)
    {
        var bits = (ushort)(word >> (16 * half));
        return _type == "f16" ? (double)BitConverter.UInt16BitsToHalf(bits) : BitConverter.Int32BitsToSingle(bits << 16);
    }
}
