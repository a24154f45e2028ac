using GraphForge.Compiler;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Jit;

namespace GraphForge.Runtime.Ilgpu.Tests;

/// <summary>Compiles a graph for a device and runs it once, literals in and literals out: the counterpart of the reference evaluator.</summary>
internal static class DeviceEvaluation
{
    /// <summary>The compiler's view of a device.</summary>
    public static GpuTarget TargetOf(Device device) => new(
        device.Limits.Multiprocessors, device.Limits.WarpThreads, device.Limits.MostThreads, device.Limits.SharedBytes, device.Limits.ResidentThreads, 64)
    {
        HasShuffles = device.Kind != DeviceKind.OpenCL,
    };

    public static CompiledSource Compile(ComputationGraph graph, GpuTarget target) =>
        Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Device = target, Threads = 1 });

    public static byte[] Image(CompiledSource source) => DeviceKernelCompiler.Compile(source.KernelText, typeof(ILGPU.Context).Assembly);

    public static IReadOnlyDictionary<string, Literal> Evaluate(Device device, ComputationGraph graph, IReadOnlyDictionary<string, Literal> inputs)
    {
        var source = Compile(graph, TargetOf(device));
        using var program = new DeviceProgram(device, source.Plan, new DeviceCode(Image(source), [.. source.Kernels.Select(k => k.Threads)]));
        foreach (var input in source.Plan.Buffers.Where(b => b.Kind == BufferKind.Input)) program.SetInput<byte>(input.Name, inputs[input.Name].Bytes);
        program.Run();
        return source.Plan.Buffers.Where(b => b.Kind == BufferKind.Output).ToDictionary(b => b.Name, output =>
        {
            var bytes = new byte[output.Bytes];
            program.GetOutput<byte>(output.Name, bytes);
            return Literal.Of(new TensorType(output.Type, Shape.Of([.. output.Dims])), bytes);
        });
    }
}
