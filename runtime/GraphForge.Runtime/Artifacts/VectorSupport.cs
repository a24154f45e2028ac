using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using GraphForge.Runtime.Embedded;

namespace GraphForge.Runtime.Artifacts;

/// <summary>Which kernels this processor runs.</summary>
internal static class VectorSupport
{
    private static readonly (string Name, bool IsSupported)[] InstructionSets =
    [
        ("Avx2", Avx2.IsSupported), ("Fma", Fma.IsSupported), ("Avx512F", Avx512F.IsSupported), ("Avx512BW", Avx512BW.IsSupported),
        ("Avx512CD", Avx512CD.IsSupported), ("Avx512DQ", Avx512DQ.IsSupported), ("Avx512F.VL", Avx512F.VL.IsSupported),
    ];

    /// <summary>What kernels of a width take for granted on the processors that have registers of it.</summary>
    public static IReadOnlyList<string> Required(int vectorBits) => vectorBits switch
    {
        512 => ["Avx512F", "Avx512BW", "Avx512CD", "Avx512DQ", "Avx512F.VL"],
        256 => ["Avx2"],
        _ => [],
    };

    /// <summary>The widest variant that runs well here.</summary>
    /// <exception cref="ArtifactException">There is none.</exception>
    public static KernelVariant Choose(IReadOnlyList<KernelVariant> variants, int maxBits, string artifact) => Find(variants, maxBits)
        ?? throw new ArtifactException(ArtifactError.NoKernels, artifact,
            $"the kernels are for {string.Join(", or for ", variants.Select(Described).DefaultIfEmpty("no processor"))}; here they must be for vectors of at most " +
            $"{Math.Min(maxBits, WidestBits)} bits, with {Supported}. Save the model for vectors of 128 bits too, or have it compiled anew: ArtifactOptions.Compiler.");

    /// <summary>The widest variant that runs well here; null if there is none.</summary>
    public static KernelVariant? Find(IReadOnlyList<KernelVariant> variants, int maxBits) =>
        variants.Where(v => v.VectorBits <= maxBits && IsSupported(v)).MaxBy(v => v.VectorBits);

    /// <summary>The program compiled into the application that runs best here.</summary>
    /// <exception cref="PlatformNotSupportedException">There is none.</exception>
    public static EmbeddedVariant Widest(ReadOnlySpan<EmbeddedVariant> variants)
    {
        EmbeddedVariant? best = null;
        foreach (var variant in variants)
            if (variant.VectorBits <= WidestBits && variant.VectorBits > (best?.VectorBits ?? 0) && AreSupported(Required(variant.VectorBits))) best = variant;
        return best ?? throw new PlatformNotSupportedException(
            $"The model was compiled for wider vectors than this processor has, {WidestBits} bits: add 128 to CompiledModelAttribute.VectorBits.");
    }

    private static int WidestBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    private static string Supported =>
        string.Join(", ", InstructionSets.Where(s => s.IsSupported).Select(s => s.Name)) is { Length: > 0 } list ? list : "no instruction sets that kernels ask for";

    private static bool IsSupported(KernelVariant variant) => variant.VectorBits <= WidestBits && AreSupported(variant.InstructionSets);

    private static bool AreSupported(IReadOnlyList<string> names) => names.All(name => InstructionSets.Any(s => s.Name == name && s.IsSupported));

    private static string Described(KernelVariant variant) =>
        $"{variant.VectorBits}-bit vectors{(variant.InstructionSets.Count > 0 ? $" with {string.Join(", ", variant.InstructionSets)}" : "")}";
}
