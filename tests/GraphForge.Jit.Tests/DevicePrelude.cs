using System.Reflection;
using GraphForge.Compiler.Emit;

namespace GraphForge.Jit.Tests;

/// <summary>The functions that kernels of a device call, compiled for the processor.</summary>
internal static class DevicePrelude
{
    private static readonly Assembly Compiled = Assembly.Load(KernelAssembly.Build(
        "using System;\n" + PreludeSource.Device.All, "GraphForge.DevicePrelude", "DevicePrelude.cs", CancellationToken.None));

    /// <summary>A function by its class, name and type.</summary>
    public static TDelegate Function<TDelegate>(string type, string name) where TDelegate : Delegate
    {
        var parameters = typeof(TDelegate).GetMethod("Invoke")!.GetParameters().Select(p => p.ParameterType).ToArray();
        return Compiled.GetType(type)!.GetMethod(name, parameters)!.CreateDelegate<TDelegate>();
    }
}
