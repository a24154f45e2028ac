using System.Runtime.InteropServices;
using GraphForge.Compiler.Graph;
using GraphForge.Jit;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Compiled;

/// <summary>Compiles a bound graph and runs it once, literals in and literals out: the counterpart of the reference evaluator.</summary>
public static class CompiledGraph
{
    public static ReferenceResult Evaluate(
        ComputationGraph graph, IReadOnlyDictionary<string, Literal> inputs, IReadOnlyDictionary<StateSlot, Literal> states,
        CompilerOptions? options = null, int threads = 1)
    {
        var source = Pipeline.Compile(graph, new Dictionary<DimSymbol, long>(), options ?? new CompilerOptions { Threads = threads, DumpFolder = Environment.GetEnvironmentVariable("GF_DUMP") });
        var library = new KernelCompiler(KernelCacheOptions.Disabled).Load(source.KernelText, source.Plan.KernelNames);
        return Run(source, library.Entries, library, inputs, states, threads);
    }

    /// <summary>Runs a source whose kernels are loaded.</summary>
    /// <param name="source">The compiled graph.</param>
    /// <param name="entries">Its kernels.</param>
    /// <param name="owner">What keeps the kernels' code alive.</param>
    /// <param name="inputs">Values by label.</param>
    /// <param name="states">Values before the run; left as they are.</param>
    /// <param name="threads">Workers of the run.</param>
    /// <param name="poison">Whether unwritten memory holds NaN and overruns are found; the workers then take turns.</param>
    public static ReferenceResult Run(
        CompiledSource source, IReadOnlyList<nint> entries, object owner, IReadOnlyDictionary<string, Literal> inputs,
        IReadOnlyDictionary<StateSlot, Literal> states, int threads, bool poison = true)
    {
        var buffers = source.States.Select(slot => ToBuffer(slot, states[slot])).ToArray();
        var program = new CompiledProgram(source.Plan, entries, buffers, threads, owner) { Poison = poison };
        using var context = program.Rent();
        foreach (var (i, input) in program.Inputs.Index())
            SetInput(context, i, input.Type, inputs[input.Name].Bytes);
        context.Run();
        var outputs = program.Outputs.Index().ToDictionary(o => o.Item.Name, o => Read(context, o.Index, o.Item));
        var after = source.States.Zip(buffers).ToDictionary(p => p.First, p => Literal.Of(p.First.Type, p.Second.AsBytes()));
        return new ReferenceResult(outputs, after);
    }

    private static StateBuffer ToBuffer(StateSlot slot, Literal value)
    {
        var buffer = new StateBuffer(slot.Name, slot.Type.DType, slot.Type.Shape.Values);
        buffer.CopyFromBytes(value.Bytes);
        return buffer;
    }

    private static void SetInput(RunContext context, int index, DType type, ReadOnlySpan<byte> bytes)
    {
        switch (type)
        {
            case DType.Float32: context.SetInput(index, MemoryMarshal.Cast<byte, float>(bytes)); break;
            case DType.Float64: context.SetInput(index, MemoryMarshal.Cast<byte, double>(bytes)); break;
            case DType.Float16: context.SetInput(index, MemoryMarshal.Cast<byte, Half>(bytes)); break;
            case DType.BFloat16: context.SetInput(index, MemoryMarshal.Cast<byte, BFloat16>(bytes)); break;
            case DType.Int32: context.SetInput(index, MemoryMarshal.Cast<byte, int>(bytes)); break;
            case DType.Int64: context.SetInput(index, MemoryMarshal.Cast<byte, long>(bytes)); break;
            case DType.UInt8: context.SetInput(index, bytes); break;
            default: context.SetInput(index, MemoryMarshal.Cast<byte, bool>(bytes)); break;
        }
    }

    private static Literal Read(RunContext context, int index, PlanBuffer output) => output.Type switch
    {
        DType.Float32 => Literal.Of(context.OutputSpan<float>(index), [.. output.Dims]),
        DType.Float64 => Literal.Of(context.OutputSpan<double>(index), [.. output.Dims]),
        DType.Float16 => Literal.Of(context.OutputSpan<Half>(index), [.. output.Dims]),
        DType.BFloat16 => Literal.Of(context.OutputSpan<BFloat16>(index), [.. output.Dims]),
        DType.Int32 => Literal.Of(context.OutputSpan<int>(index), [.. output.Dims]),
        DType.Int64 => Literal.Of(context.OutputSpan<long>(index), [.. output.Dims]),
        DType.UInt8 => Literal.Of(context.OutputSpan<byte>(index), [.. output.Dims]),
        _ => Literal.Of(context.OutputSpan<bool>(index), [.. output.Dims]),
    };
}
