using System.Text;
using GraphForge.Compiler;
using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Runtime;

namespace GraphForge.Jit;

/// <summary>A compiled graph without its kernels, as it is kept on disk.</summary>
/// <param name="Kernels">Under which key the kernels are kept.</param>
/// <param name="Plan">What runs.</param>
/// <param name="States">For each state of the plan, its position among those of the traced graph.</param>
/// <param name="Memory">What the plan needs.</param>
internal sealed record StoredPlan(CacheKey Kernels, ExecutionPlan Plan, IReadOnlyList<int> States, MemoryReport Memory)
{
    /// <param name="graph">What was compiled.</param>
    /// <param name="source">Into what.</param>
    /// <param name="kernels">Under which key its kernels are kept.</param>
    public static StoredPlan Of(ComputationGraph graph, CompiledSource source, CacheKey kernels)
    {
        var positions = graph.States.Index().ToDictionary(s => s.Item, s => s.Index);
        return new StoredPlan(kernels, source.Plan, [.. source.States.Select(s => positions[s])], source.Memory);
    }

    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Kernels.Hex);
        PlanFormat.Write(writer, Plan);
        writer.Write(States.Count);
        foreach (var state in States) writer.Write(state);
        StoredMemory.Write(writer, Memory);
        writer.Flush();
        return stream.ToArray();
    }

    /// <exception cref="EndOfStreamException">These are not the bytes of <see cref="ToBytes"/>.</exception>
    public static StoredPlan Of(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        return new StoredPlan(
            new CacheKey(reader.ReadString()), PlanFormat.Read(reader), StoredMemory.ReadList(reader, reader.ReadInt32), StoredMemory.Read(reader));
    }
}
