/// <summary>
/// Products of 16 rows and 8 columns by the threads of a warp, on CUDA alone. Each thread has four words of rows, two of columns, and
/// four sums.
/// </summary>
internal static class TensorCores
{
    /// <summary>Rounded to 10 bits behind the point, the nearest, of two the one farther from 0.</summary>
    public static int Word(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value);
        return value != value ? bits | 0x00400000 : (bits + 0x1000) & ~0x1FFF;
    }

    public static int Float16Word(float low, float high) => Halves.ToFloat16(low) | (Halves.ToFloat16(high) << 16);

    public static int BFloat16Word(float low, float high) => Halves.ToBFloat16(low) | (Halves.ToBFloat16(high) << 16);

    public static void Multiply(ref float s0, ref float s1, ref float s2, ref float s3, int r0, int r1, int r2, int r3, int c0, int c1)
    {
        ILGPU.Runtime.Cuda.Ref<float> t0 = s0, t1 = s1, t2 = s2, t3 = s3;
        ILGPU.Runtime.Cuda.Input<int> a0 = r0, a1 = r1, a2 = r2, a3 = r3, b0 = c0, b1 = c1;
        ILGPU.Runtime.Cuda.CudaAsm.EmitRef(
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};",
            ref t0, ref t1, ref t2, ref t3, ref a0, ref a1, ref a2, ref a3, ref b0, ref b1);
        (s0, s1, s2, s3) = (t0.Value, t1.Value, t2.Value, t3.Value);
    }

    public static void MultiplyFloat16(ref float s0, ref float s1, ref float s2, ref float s3, int r0, int r1, int r2, int r3, int c0, int c1)
    {
        ILGPU.Runtime.Cuda.Ref<float> t0 = s0, t1 = s1, t2 = s2, t3 = s3;
        ILGPU.Runtime.Cuda.Input<int> a0 = r0, a1 = r1, a2 = r2, a3 = r3, b0 = c0, b1 = c1;
        ILGPU.Runtime.Cuda.CudaAsm.EmitRef(
            "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};",
            ref t0, ref t1, ref t2, ref t3, ref a0, ref a1, ref a2, ref a3, ref b0, ref b1);
        (s0, s1, s2, s3) = (t0.Value, t1.Value, t2.Value, t3.Value);
    }

    public static void MultiplyBFloat16(ref float s0, ref float s1, ref float s2, ref float s3, int r0, int r1, int r2, int r3, int c0, int c1)
    {
        ILGPU.Runtime.Cuda.Ref<float> t0 = s0, t1 = s1, t2 = s2, t3 = s3;
        ILGPU.Runtime.Cuda.Input<int> a0 = r0, a1 = r1, a2 = r2, a3 = r3, b0 = c0, b1 = c1;
        ILGPU.Runtime.Cuda.CudaAsm.EmitRef(
            "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};",
            ref t0, ref t1, ref t2, ref t3, ref a0, ref a1, ref a2, ref a3, ref b0, ref b1);
        (s0, s1, s2, s3) = (t0.Value, t1.Value, t2.Value, t3.Value);
    }
}
