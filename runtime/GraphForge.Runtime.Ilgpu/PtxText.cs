using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>Kernels as PTX, NVIDIA's portable assembly. No GPU is needed to write it.</summary>
public static class PtxText
{
    /// <summary>The text of each kernel, for compute capability 8.0 and everything after it.</summary>
    /// <param name="image">An assembly with the class <c>GraphForge.Generated.Kernels</c>.</param>
    /// <param name="names">Its kernels.</param>
    /// <exception cref="DeviceException">ILGPU cannot translate a kernel.</exception>
    public static IReadOnlyList<string> Of(byte[] image, IReadOnlyList<string> names)
    {
        var methods = new KernelMethods(image);
        using var context = Context.Create(builder => builder.DefaultCPU().ForKernels());
        using var backend = new PTXBackend(context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_80, null!);
        var texts = names.Select(name => Translate(backend, methods, name)).ToArray();
        methods.Unload();
        return texts;
    }

    private static string Translate(PTXBackend backend, KernelMethods methods, string name)
    {
        try
        {
            var compiled = backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(methods[name]), default);
            return ((PTXCompiledKernel)compiled).PTXAssembly;
        }
        catch (Exception exception) when (exception is not InvalidPlanException)
        {
            throw new DeviceException($"ILGPU cannot translate kernel {name} to PTX: {exception.Message}", exception);
        }
    }
}
