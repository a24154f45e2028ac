namespace GraphForge.Compiler.Emit.Targets;

/// <summary>Scalars on the processor.</summary>
public sealed class CpuScalars : ScalarCode
{
    public static CpuScalars Instance { get; } = new();

    protected override string Functions => "VectorMath";
}
