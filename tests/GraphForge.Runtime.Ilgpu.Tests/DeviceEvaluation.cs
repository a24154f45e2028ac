using GraphForge.Compiler;
using GraphForge.Compiler.Emit.Targets;
using GraphForge.Compiler.Graph;
using GraphForge.Jit;
using GraphForge.Runtime.Device;

namespace GraphForge.Runtime.Ilgpu.Tests;

/// <summary>Compiles a graph for a device and runs it once, literals in and literals out: the counterpart of the reference evaluator.</summary>
internal static class DeviceEvaluation
{
    public static CompiledSource Compile(ComputationGraph graph, GpuTarget target) =>
        Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), new CompilerOptions { Device = target, Threads = 1 });

    public static byte[] Image(CompiledSource source) => DeviceKernelCompiler.Compile(source.KernelText, typeof(ILGPU.Context).Assembly);

    public static IReadOnlyDictionary<string, Literal> Evaluate(ComputeDevice device, ComputationGraph graph, IReadOnlyDictionary<string, Literal> inputs)
    {
        var source = Compile(graph, GpuTarget.Of(device.Limits));
        return Run(Load(device, source), inputs);
    }

    /// <param name="device">Where it runs.</param>
    /// <param name="source">A program for it.</param>
    /// <param name="states">In the order the program numbers them.</param>
    public static DeviceProgram Load(ComputeDevice device, CompiledSource source, params IReadOnlyList<StateBuffer> states) =>
        new(device, source.Plan, new DeviceCode(Image(source), [.. source.Kernels.Select(k => k.Threads)]), states);

    public static IReadOnlyDictionary<string, Literal> Run(DeviceProgram program, IReadOnlyDictionary<string, Literal> inputs)
    {
        using var run = program.Rent();
        foreach (var input in program.Plan.Buffers.Where(b => b.Kind == BufferKind.Input)) run.SetInput(program.FindInput(input.Name), inputs[input.Name].Bytes);
        run.Run();
        var outputs = new Dictionary<string, Literal>();
        foreach (var output in program.Plan.Buffers.Where(b => b.Kind == BufferKind.Output))
            outputs[output.Name] = Literal.Of(new TensorType(output.Type, Shape.Of([.. output.Dims])), run.OutputBytes(program.FindOutput(output.Name)));
        return outputs;
    }
}
