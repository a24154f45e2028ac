using GraphForge.Compiler.Graph;
using GraphForge.Compiler.Memory;
using GraphForge.Runtime;

namespace GraphForge.Jit;

/// <summary>A memory report as it is kept on disk.</summary>
internal static class StoredMemory
{
    public static void Write(BinaryWriter writer, MemoryReport memory)
    {
        writer.Write(memory.Program);
        writer.Write(memory.ArenaBytes);
        writer.Write(memory.LowerBound);
        WriteList(writer, memory.Timeline, step =>
        {
            writer.Write(step.Name);
            writer.Write(step.LiveBytes);
        });
        WriteList(writer, memory.Tensors, tensor => Write(writer, tensor));
        long[] sizes =
        [
            memory.ParameterBytes, memory.OptimizerBytes, memory.ConstantBytes, memory.PreparedBytes, memory.ScratchBytes, memory.KeptBytes, memory.FloorBytes,
            memory.HostBytes, memory.StagingBytes,
        ];
        foreach (var bytes in sizes) writer.Write(bytes);
        writer.Write(memory.Workers);
        WriteList(writer, memory.Choices, choice =>
        {
            writer.Write((byte)choice.Kind);
            writer.Write(choice.Name);
            Write(writer, choice.Source);
            writer.Write(choice.BytesSaved);
            writer.Write(choice.ModelledMilliseconds);
        });
    }

    public static MemoryReport Read(BinaryReader reader) => new(
        reader.ReadString(), reader.ReadInt64(), reader.ReadInt64(),
        ReadList(reader, () => new StepMemory(reader.ReadString(), reader.ReadInt64())), ReadList(reader, () => ReadTensor(reader)))
    {
        ParameterBytes = reader.ReadInt64(),
        OptimizerBytes = reader.ReadInt64(),
        ConstantBytes = reader.ReadInt64(),
        PreparedBytes = reader.ReadInt64(),
        ScratchBytes = reader.ReadInt64(),
        KeptBytes = reader.ReadInt64(),
        FloorBytes = reader.ReadInt64(),
        HostBytes = reader.ReadInt64(),
        StagingBytes = reader.ReadInt64(),
        Workers = reader.ReadInt32(),
        Choices = ReadList(reader, () => new MemoryChoice(
            (MemoryChoiceKind)reader.ReadByte(), reader.ReadString(), ReadSource(reader), reader.ReadInt64(), reader.ReadDouble())),
    };

    public static T[] ReadList<T>(BinaryReader reader, Func<T> read)
    {
        var items = new T[reader.ReadInt32()];
        for (var i = 0; i < items.Length; i++) items[i] = read();
        return items;
    }

    private static void WriteList<T>(BinaryWriter writer, IReadOnlyList<T> items, Action<T> write)
    {
        writer.Write(items.Count);
        foreach (var item in items) write(item);
    }

    private static void Write(BinaryWriter writer, in PlannedTensor tensor)
    {
        writer.Write(tensor.Name);
        writer.Write((byte)tensor.Role);
        writer.Write(tensor.Bytes);
        writer.Write(tensor.Offset);
        writer.Write(tensor.FirstStep);
        writer.Write(tensor.LastStep);
        Write(writer, tensor.Source);
        writer.Write(tensor.Type is { } type ? (int)type : -1);
        WriteList(writer, tensor.Dims, writer.Write);
        writer.Write(tensor.InPlaceOf ?? -1);
    }

    private static PlannedTensor ReadTensor(BinaryReader reader) => new(
        reader.ReadString(), (TensorRole)reader.ReadByte(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt32(),
        ReadSource(reader))
    {
        Type = reader.ReadInt32() is var type and >= 0 ? (DType)type : null,
        Dims = ReadList(reader, reader.ReadInt64),
        InPlaceOf = reader.ReadInt32() is var donor and >= 0 ? donor : null,
    };

    private static void Write(BinaryWriter writer, SourceLocation source)
    {
        writer.Write(source.File);
        writer.Write(source.Line);
    }

    private static SourceLocation ReadSource(BinaryReader reader) => new(reader.ReadString(), reader.ReadInt32());
}
