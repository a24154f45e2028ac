using System.Text.RegularExpressions;
using GraphForge.Runtime.Device;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GraphForge.Runtime.Ilgpu;

/// <summary>Kernels in the languages that drivers take. No GPU is needed to write them.</summary>
public static partial class DeviceText
{
    /// <summary>NVIDIA's portable assembly, for compute capability 8.0 and everything after it: the text of each kernel.</summary>
    /// <param name="image">An assembly with the class <c>GraphForge.Generated.Kernels</c>.</param>
    /// <param name="names">Its kernels.</param>
    /// <exception cref="DeviceException">ILGPU cannot translate a kernel.</exception>
    public static IReadOnlyList<string> Ptx(byte[] image, IReadOnlyList<string> names) => Translate("PTX", image, names,
        context => new PTXBackend(context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_80, null!), kernel => Renumbered(((PTXCompiledKernel)kernel).PTXAssembly));

    /// <summary>OpenCL C 2.0, with float64 and generic address space: the text of each kernel.</summary>
    /// <inheritdoc cref="Ptx"/>
    public static IReadOnlyList<string> OpenCL(byte[] image, IReadOnlyList<string> names) => Translate("OpenCL", image, names,
        context => new CLBackend(context, new CLCapabilityContext(false, true, true, true, true), CLDeviceVendor.Other, CLCVersion.CL20),
        kernel => ((CLCompiledKernel)kernel).Source);

    /// <summary>ILGPU numbers parameters and labels through the life of a process; here they count from 0, so that equal kernels have equal texts.</summary>
    private static string Renumbered(string text)
    {
        var numbers = new Dictionary<string, int>();
        return Numbered().Replace(text, match => $"{match.Groups[1].Value}{(numbers.TryGetValue(match.Value, out var number) ? number : numbers[match.Value] = numbers.Count)}");
    }

    [GeneratedRegex(@"\b(L_|_[A-Za-z]+_)\d+\b")]
    private static partial Regex Numbered();

    private static string[] Translate(string language, byte[] image, IReadOnlyList<string> names, Func<Context, Backend> open, Func<CompiledKernel, string> text)
    {
        var methods = new KernelMethods(image);
        using var context = Context.Create(builder => builder.DefaultCPU().ForKernels());
        using var backend = open(context);
        try
        {
            return [.. names.Select(Text)];
        }
        finally
        {
            methods.Unload();
        }

        string Text(string name)
        {
            try
            {
                return text(backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(methods[name]), default));
            }
            catch (Exception exception) when (exception is not InvalidPlanException)
            {
                throw new DeviceException($"ILGPU cannot translate kernel {name} to {language}: {exception.Message}", exception);
            }
        }
    }
}
