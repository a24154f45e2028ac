using GraphForge.Compiler.Graph;
using GraphForge.Runtime;

namespace GraphForge.Compiler.Tests.Loops;

/// <summary>Runs a compiled source by interpreting its kernels in the order of its plan, each buffer in memory of its own.</summary>
public static class InterpretedProgram
{
    public static ReferenceResult Evaluate(
        CompiledSource source, IReadOnlyDictionary<string, Literal> inputs, IReadOnlyDictionary<StateSlot, Literal> states)
    {
        var plan = source.Plan;
        var memory = plan.Buffers.Select(b => b.Kind switch
        {
            BufferKind.Input => new WatchedBuffer(b.Name, inputs[b.Name]),
            BufferKind.State => new WatchedBuffer(b.Name, states[source.States[(int)b.Offset]]),
            BufferKind.Constant => new WatchedBuffer(b.Name, Literal.Of(TypeOf(b), plan.Constants[(int)b.Offset])),
            _ => new WatchedBuffer(b.Name, TypeOf(b)),
        }).ToArray();
        foreach (var step in plan.Steps)
            LoopInterpreter.Run(source.Kernels[step.Kernel], step.Buffers.Select(b => memory[b]).ToArray());
        var outputs = plan.Buffers.Zip(memory).Where(p => p.First.Kind == BufferKind.Output)
            .ToDictionary(p => p.First.Name, p => p.Second.Contents);
        var after = plan.Buffers.Zip(memory).Where(p => p.First.Kind == BufferKind.State)
            .ToDictionary(p => source.States[(int)p.First.Offset], p => p.Second.Contents);
        return new ReferenceResult(outputs, after);
    }

    private static TensorType TypeOf(PlanBuffer buffer) => new(buffer.Type, Shape.Of(buffer.Dims.ToArray()));
}
