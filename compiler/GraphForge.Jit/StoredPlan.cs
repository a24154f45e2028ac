using System.Text;
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
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Kernels.Hex);
        PlanFormat.Write(writer, Plan);
        writer.Write(States.Count);
        foreach (var state in States) writer.Write(state);
        Write(writer, Memory);
        writer.Flush();
        return stream.ToArray();
    }

    /// <exception cref="EndOfStreamException">These are not the bytes of <see cref="ToBytes"/>.</exception>
    public static StoredPlan Of(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        return new StoredPlan(
            new CacheKey(reader.ReadString()), PlanFormat.Read(reader), Read(reader, reader.ReadInt32), ReadMemory(reader));
    }

    private static void Write(BinaryWriter writer, MemoryReport memory)
    {
        foreach (var bytes in new[] { memory.ArenaBytes, memory.LowerBound, memory.StateBytes, memory.ConstantBytes, memory.PreparedBytes, memory.ScratchBytes })
            writer.Write(bytes);
        writer.Write(memory.Timeline.Count);
        foreach (var bytes in memory.Timeline) writer.Write(bytes);
        writer.Write(memory.PeakStep);
        writer.Write(memory.LargestAtPeak.Count);
        foreach (var (name, bytes, source) in memory.LargestAtPeak)
        {
            writer.Write(name);
            writer.Write(bytes);
            writer.Write(source.File);
            writer.Write(source.Line);
        }
    }

    private static MemoryReport ReadMemory(BinaryReader reader) => new(
        reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(),
        Read(reader, reader.ReadInt64), reader.ReadString(),
        Read(reader, () => new LiveValue(reader.ReadString(), reader.ReadInt64(), new SourceLocation(reader.ReadString(), reader.ReadInt32()))));

    private static T[] Read<T>(BinaryReader reader, Func<T> read)
    {
        var items = new T[reader.ReadInt32()];
        for (var i = 0; i < items.Length; i++) items[i] = read();
        return items;
    }
}
