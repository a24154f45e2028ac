using GraphForge.Runtime;

namespace GraphForge.Compiler.Loops;

/// <summary>Byte offsets of a kernel's scratch buffers in the worker's scratch memory, one after the other.</summary>
public sealed record ScratchLayout(IReadOnlyDictionary<LoopBuffer, long> Offsets, long Bytes)
{
    public static ScratchLayout Of(LoopKernel kernel)
    {
        var offsets = new Dictionary<LoopBuffer, long>();
        long end = 0;
        foreach (var allocate in StatementWalk.All(kernel.Body).OfType<Allocate>().Where(a => a.Place == BufferPlace.Scratch))
        {
            if (!offsets.TryAdd(allocate.Buffer, end)) continue;
            var bytes = allocate.Buffer.Count * allocate.Buffer.Type.Size();
            end += (bytes + ExecutionPlan.Alignment - 1) / ExecutionPlan.Alignment * ExecutionPlan.Alignment;
        }
        return new ScratchLayout(offsets, end);
    }
}
