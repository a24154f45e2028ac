namespace GraphForge.Runtime.Embedded;

/// <summary>A program for one width of vector registers, compiled into the application; what generated code derives from.</summary>
public abstract class EmbeddedVariant
{
    /// <summary>Width of the registers its kernels use: 128, 256 or 512.</summary>
    public abstract int VectorBits { get; }

    /// <summary>The plan.</summary>
    /// <param name="data">Holds constants that are too large for source text.</param>
    public abstract ExecutionPlan Plan(EmbeddedData data);

    /// <summary>Entry points in the order of the plan's kernel names.</summary>
    public abstract nint[] Kernels();

    /// <summary>The states that the plan's state buffers index, as positions among the model's.</summary>
    public abstract int[] States();
}
