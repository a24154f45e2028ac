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
        WatchedBuffer[] prepared = plan.Preparation is { } preparation
            ? [.. preparation.Buffers.Zip(Run(source, preparation, [], inputs, states)).Where(p => p.First.Kind == BufferKind.Output).Select(p => p.Second)]
            : [];
        var memory = Run(source, plan, prepared, inputs, states);
        var outputs = plan.Buffers.Zip(memory).Where(p => p.First.Kind == BufferKind.Output)
            .ToDictionary(p => p.First.Name, p => p.Second.Contents);
        var after = plan.Buffers.Zip(memory).Where(p => p.First.Kind == BufferKind.State)
            .ToDictionary(p => source.States[(int)p.First.Offset], p => p.Second.Contents);
        return new ReferenceResult(outputs, after);
    }

    /// <summary>The buffers of a section after its steps.</summary>
    private static WatchedBuffer[] Run(CompiledSource source, ExecutionPlan plan, WatchedBuffer[] prepared,
        IReadOnlyDictionary<string, Literal> inputs, IReadOnlyDictionary<StateSlot, Literal> states)
    {
        var memory = plan.Buffers.Select(b => b.Kind switch
        {
            BufferKind.Input => new WatchedBuffer(b.Name, inputs[b.Name]),
            BufferKind.State => new WatchedBuffer(b.Name, states[source.States[(int)b.Offset]]),
            BufferKind.Constant => new WatchedBuffer(b.Name, Literal.Of(TypeOf(b), plan.Constants[(int)b.Offset])),
            BufferKind.Prepared => prepared[b.Offset],
            _ => new WatchedBuffer(b.Name, TypeOf(b)),
        }).ToArray();
        Steps(0, plan.Steps.Count, plan.Loops, []);
        return memory;

        void Steps(int first, int end, IReadOnlyList<PlanLoop> loops, long[] counters)
        {
            for (var index = first; index < end; index++)
            {
                if (loops.Index().FirstOrDefault(l => l.Item.FirstStep == index) is { Item: { } loop } found)
                {
                    for (long i = 0; i < loop.Iterations && Holds(loop.Condition); i++)
                        Steps(loop.FirstStep, loop.End, loops.Skip(found.Index + 1).Where(loop.Contains).ToArray(), [.. counters, i]);
                    index = loop.End - 1;
                    continue;
                }
                var step = plan.Steps[index];
                LoopInterpreter.Run(source.Kernels[step.Kernel], step.Buffers.Select(b => memory[b]).ToArray(), counters);
            }
        }

        bool Holds(PlanCondition? condition) =>
            condition is null || memory[condition.Buffer].Contents[0].AsBool == condition.Value;
    }

    private static TensorType TypeOf(PlanBuffer buffer) => new(buffer.Type, Shape.Of(buffer.Dims.ToArray()));
}
