using System.Diagnostics.CodeAnalysis;

namespace GraphForge.Runtime.Artifacts;

/// <summary>Makes a program of an artifact's entries, checking each against the others before anything runs.</summary>
/// <param name="file">The artifact.</param>
/// <param name="states">Its states.</param>
/// <param name="options">Threads and limits.</param>
internal sealed class ProgramLoading(ArtifactFile file, ArtifactStates states, ArtifactOptions options)
{
    /// <exception cref="ArtifactException">The program is malformed, needs too much memory, or does not run on this processor.</exception>
    [RequiresUnreferencedCode("Loads kernels as an assembly.")]
    [RequiresDynamicCode("Loads kernels as an assembly.")]
    public ArtifactProgram Load(ArtifactFunction function, ArtifactBinding binding)
    {
        var variant = VectorSupport.Choose(binding.Variants, options.MaxVectorBits, file.Memory.Name);
        var plan = PlanReading.Read(file, function, binding, variant);
        CheckMemory(plan);
        var buffers = variant.States.Select(s => states.Buffers[s]).ToArray();
        var image = LoadKernels(variant.Code, plan.KernelNames);
        try
        {
            var program = new CompiledProgram(plan, image.Entries, buffers, options.Threads, image);
            return new ArtifactProgram(function, binding, variant.VectorBits, program, states, file.Memory.Name);
        }
        catch (Exception e) when (e is InvalidPlanException or ArgumentException or OverflowException)
        {
            throw file.Memory.Malformed($"'{variant.Plan}' is no plan that can run: {e.Message}", e);
        }
    }

    private void CheckMemory(ExecutionPlan plan)
    {
        var limit = options.MemoryLimit ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var needed = RunBytes(plan) + (plan.Preparation is { } preparation ? RunBytes(preparation) : 0) + states.Buffers.Aggregate((Int128)0, (sum, s) => sum + s.Bytes);
        if (needed > limit)
            throw new ArtifactException(ArtifactError.TooLarge, file.Memory.Name,
                $"a run of '{plan.Name}' takes {needed} bytes, and {limit} {(options.MemoryLimit is null ? "are there" : "are allowed by ArtifactOptions.MemoryLimit")}.");
    }

    private Int128 RunBytes(ExecutionPlan plan) => (Int128)plan.ArenaBytes + (Int128)plan.ScratchBytes * options.Threads;

    [RequiresUnreferencedCode("Loads kernels as an assembly.")]
    [RequiresDynamicCode("Loads kernels as an assembly.")]
    private KernelImage LoadKernels(string entry, IReadOnlyList<string> kernels)
    {
        try
        {
            // The content is read, and with it its hash verified, even where the kernels are in use already.
            var code = file.Read(entry);
            return KernelImage.Load(file.Manifest.Entries.First(e => e.Name == entry).Sha256, () => code, kernels);
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException or FileNotFoundException or TypeLoadException or InvalidProgramException)
        {
            throw file.Memory.Malformed($"'{entry}' holds no kernels that can be loaded: {e.Message}", e);
        }
    }
}
