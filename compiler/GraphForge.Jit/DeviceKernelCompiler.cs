using System.Reflection;
using GraphForge.Compiler.Graph;

namespace GraphForge.Jit;

/// <summary>Compiles kernels that were written for a device to IL, which ILGPU translates on.</summary>
public static class DeviceKernelCompiler
{
    /// <summary>The image of an assembly with the class <c>GraphForge.Generated.Kernels</c>.</summary>
    /// <param name="text">What the compiler wrote.</param>
    /// <param name="ilgpu">ILGPU's assembly, loaded. GraphForge itself does not refer to it.</param>
    /// <param name="cancellation">Ends the compilation early.</param>
    /// <exception cref="InternalCompilerException">The text is not valid C#: a defect of the emitter.</exception>
    public static byte[] Compile(string text, Assembly ilgpu, CancellationToken cancellation = default)
    {
        // ILGPU names the types of the core library by the assembly that forwards them.
        var facades = ilgpu.GetReferencedAssemblies().Where(name => name.Name is "System.Runtime" or "netstandard").Select(Assembly.Load);
        return KernelAssembly.Build(text, "GraphForge.DeviceKernels", "DeviceKernels.cs", cancellation, embedText: false, [ilgpu, .. facades]);
    }
}
