using System.Reflection;
using GraphForge.Compiler.Emit;

namespace GraphForge.Jit.Tests;

/// <summary>The functions that kernels of a device call, compiled for the processor against the test double.</summary>
internal static class DevicePrelude
{
    private static readonly Assembly Compiled = Assembly.Load(DeviceKernelCompiler.Compile(
        "using System;\n" + PreludeSource.Device.All, typeof(ILGPU.Grid).Assembly));

    /// <summary>A function by its class, name and type.</summary>
    public static TDelegate Function<TDelegate>(string type, string name) where TDelegate : Delegate
    {
        var parameters = typeof(TDelegate).GetMethod("Invoke")!.GetParameters().Select(p => p.ParameterType).ToArray();
        return Compiled.GetType(type)!.GetMethod(name, parameters)!.CreateDelegate<TDelegate>();
    }
}
