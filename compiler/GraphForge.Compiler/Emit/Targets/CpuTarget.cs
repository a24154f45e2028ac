namespace GraphForge.Compiler.Emit.Targets;

/// <summary>What the compiler needs to know about a processor.</summary>
/// <param name="VectorBytes">Width of a vector register: 64, 32 or 16.</param>
public sealed record CpuTarget(int VectorBytes)
{
    /// <summary>Vector registers the instruction set names: 32 with AVX-512, else 16.</summary>
    public int VectorRegisters => VectorBytes == 64 ? 32 : 16;

    /// <summary>Lanes of a four-byte type.</summary>
    public int Lanes => VectorBytes / 4;

    /// <summary>The processor this process runs on.</summary>
    public static CpuTarget Host { get; } = new(
        System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? 64 :
        System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? 32 : 16);
}
