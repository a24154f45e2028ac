using ILGPU;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>How ILGPU is asked to translate kernels.</summary>
internal static class TranslationSettings
{
    /// <summary>
    /// One level below the highest, at which ILGPU 1.5.3 moves loads from shared memory behind the barrier that keeps others from
    /// overwriting it. Divisions and square roots are exact, as kernels expect.
    /// </summary>
    public static Context.Builder ForKernels(this Context.Builder builder) => builder.Optimize(OptimizationLevel.O1).Math(MathMode.Default);
}
