using System.Diagnostics.CodeAnalysis;
using System.Text;
using GraphForge.Runtime.Device;

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
        CheckMemory(plan, RunBytes(plan), options.MemoryLimit ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        var buffers = variant.States.Select(s => states.Buffers[s]).ToArray();
        var image = LoadKernels(variant.Code, plan.KernelNames);
        try
        {
            var program = new CompiledProgram(plan, image.Entries, buffers, options.Threads, image);
            return new ArtifactProgram(function, binding, program, states, file.Memory.Name) { VectorBits = variant.VectorBits };
        }
        catch (Exception e) when (e is InvalidPlanException or ArgumentException or OverflowException)
        {
            throw file.Memory.Malformed($"'{variant.Plan}' is no plan that can run: {e.Message}", e);
        }
    }

    /// <exception cref="ArtifactException">The program is malformed, or there is none for such a device.</exception>
    /// <exception cref="DeviceException">The device has too little memory, or a kernel cannot be translated for it.</exception>
    public ArtifactProgram Load(ArtifactFunction function, ArtifactBinding binding, ComputeDevice device)
    {
        var variant = binding.DeviceVariants.Where(v => v.RunsOn(device.Limits)).MaxBy(v => (v.Limits.HasShuffles, v.Limits.MostThreads))
            ?? throw new ArtifactException(ArtifactError.NoKernels, file.Memory.Name, $"'{function.Name}' is compiled for " +
                $"{string.Join(", ", binding.DeviceVariants.Select(v => v.Device).DefaultIfEmpty("no device"))}, of which {device.Name} can run none. Save the model for it: SaveOptions.Devices.");
        var plan = PlanReading.Read(file, function, binding, variant);
        var buffers = variant.States.Select(s => states.Buffers[s]).ToArray();
        CheckMemory(plan, plan.ArenaBytes, options.MemoryLimit ?? device.AvailableTo(buffers));
        var code = new DeviceCode(file.Read(variant.Code), variant.GroupThreads) { Ptx = [.. variant.Texts.Select(t => Encoding.UTF8.GetString(file.Read(t)))] };
        try
        {
            return new ArtifactProgram(function, binding, new DeviceProgram(device, plan, code, buffers), states, file.Memory.Name);
        }
        catch (Exception e) when (e is InvalidPlanException or ArgumentException or OverflowException or BadImageFormatException or FileLoadException
            or FileNotFoundException or TypeLoadException or System.Reflection.AmbiguousMatchException)
        {
            throw file.Memory.Malformed($"'{variant.Plan}' is no plan that can run: {e.Message}", e);
        }
    }

    /// <param name="plan">What is to run.</param>
    /// <param name="runBytes">What a run takes of its own.</param>
    /// <param name="limit">What there is, or is allowed.</param>
    private void CheckMemory(ExecutionPlan plan, Int128 runBytes, long limit)
    {
        var needed = runBytes + (plan.Preparation is { } preparation ? RunBytes(preparation) : 0) + states.Buffers.Aggregate((Int128)0, (sum, s) => sum + s.Bytes);
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
