namespace GraphForge.Runtime;

/// <summary>
/// A plan as bytes: every field in the order of the records' declarations, lists after their lengths, little-endian. There is
/// no version number: whoever keeps plans keeps them by the identity of this assembly too.
/// </summary>
public static class PlanFormat
{
    /// <summary>Writes a plan, valid or not.</summary>
    public static void Write(BinaryWriter writer, ExecutionPlan plan)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(plan);
        writer.Write(plan.Name);
        writer.Write(plan.ArenaBytes);
        writer.Write(plan.ScratchBytes);
        WriteList(writer, plan.KernelNames, name => writer.Write(name));
        WriteList(writer, plan.Buffers, buffer => Write(writer, buffer));
        WriteList(writer, plan.Steps, step => Write(writer, step));
        WriteList(writer, plan.Constants, constant =>
        {
            writer.Write(constant.Length);
            writer.Write(constant);
        });
        WriteList(writer, plan.Loops, loop => Write(writer, loop));
        writer.Write(plan.Preparation is not null);
        if (plan.Preparation is { } preparation) Write(writer, preparation);
    }

    /// <summary>Reads what <see cref="Write(BinaryWriter, ExecutionPlan)"/> wrote; whether the plan is consistent is not looked at.</summary>
    /// <param name="reader">Of a stream that knows its length.</param>
    /// <exception cref="EndOfStreamException">There are too few bytes.</exception>
    public static ExecutionPlan Read(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return ReadSection(reader, isPreparation: false);
    }

    /// <summary>A preparation has none of its own, so that no bytes make this call itself deeper than once.</summary>
    private static ExecutionPlan ReadSection(BinaryReader reader, bool isPreparation)
    {
        return new ExecutionPlan(
            reader.ReadString(), reader.ReadInt64(), reader.ReadInt32(),
            ReadList(reader, reader.ReadString),
            ReadList(reader, () => ReadBuffer(reader)),
            ReadList(reader, () => ReadStep(reader)),
            ReadList(reader, () => ReadConstant(reader)))
        {
            Loops = ReadList(reader, () => ReadLoop(reader)),
            Preparation = !reader.ReadBoolean() ? null
                : isPreparation ? throw new EndOfStreamException("A preparation of a plan has a preparation.")
                : ReadSection(reader, isPreparation: true),
        };
    }

    private static void Write(BinaryWriter writer, PlanBuffer buffer)
    {
        writer.Write(buffer.Name);
        writer.Write((byte)buffer.Kind);
        writer.Write((byte)buffer.Type);
        WriteList(writer, buffer.Dims, writer.Write);
        writer.Write(buffer.Bytes);
        writer.Write(buffer.Offset);
    }

    private static PlanBuffer ReadBuffer(BinaryReader reader) => new(
        reader.ReadString(), (BufferKind)reader.ReadByte(), (DType)reader.ReadByte(), ReadList(reader, reader.ReadInt64),
        reader.ReadInt64(), reader.ReadInt64());

    private static void Write(BinaryWriter writer, PlanStep step)
    {
        writer.Write(step.Kernel);
        WriteList(writer, step.Buffers, writer.Write);
        writer.Write(step.Tasks);
        writer.Write(step.BarrierBefore);
        writer.Write(step.Name);
        WriteList(writer, step.Writes, writer.Write);
    }

    private static PlanStep ReadStep(BinaryReader reader) =>
        new(reader.ReadInt32(), ReadList(reader, reader.ReadInt32), reader.ReadInt32(), reader.ReadBoolean())
        {
            Name = reader.ReadString(),
            Writes = ReadList(reader, reader.ReadInt32),
        };

    private static byte[] ReadConstant(BinaryReader reader)
    {
        var bytes = new byte[ReadCount(reader)];
        reader.BaseStream.ReadExactly(bytes);
        return bytes;
    }

    private static void Write(BinaryWriter writer, PlanLoop loop)
    {
        writer.Write(loop.FirstStep);
        writer.Write(loop.StepCount);
        writer.Write(loop.Iterations);
        writer.Write(loop.Condition is not null);
        if (loop.Condition is not { } condition) return;
        writer.Write(condition.Buffer);
        writer.Write(condition.Value);
    }

    private static PlanLoop ReadLoop(BinaryReader reader) => new(
        reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt64(),
        reader.ReadBoolean() ? new PlanCondition(reader.ReadInt32(), reader.ReadBoolean()) : null);

    private static void WriteList<T>(BinaryWriter writer, IReadOnlyList<T> items, Action<T> write)
    {
        writer.Write(items.Count);
        foreach (var item in items) write(item);
    }

    private static T[] ReadList<T>(BinaryReader reader, Func<T> read)
    {
        var items = new T[ReadCount(reader)];
        for (var i = 0; i < items.Length; i++) items[i] = read();
        return items;
    }

    /// <summary>An item takes a byte at least, so that what is left of the stream bounds their number.</summary>
    private static int ReadCount(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        return count >= 0 && count <= reader.BaseStream.Length - reader.BaseStream.Position
            ? count
            : throw new EndOfStreamException($"There are not the {count} items that a list of the plan is to have.");
    }
}
