using System.Text;

namespace GraphForge.Runtime.Tests;

public sealed class PlanFormatTests
{
    private static readonly ExecutionPlan Plan = new(
        "a plan", 1L << 40, 640, ["copy", "größer"],
        [
            new PlanBuffer("x", BufferKind.Input, DType.Float32, [2, 3], 24, 0),
            new PlanBuffer("c", BufferKind.Constant, DType.Int64, [], 8, 0),
            new PlanBuffer("s", BufferKind.State, DType.BFloat16, [0], 0, 4),
            new PlanBuffer("flag", BufferKind.Intermediate, DType.Bool, [1], 1, 64),
            new PlanBuffer("x_host", BufferKind.Host, DType.Float32, [6], 24, 1L << 35),
        ],
        [
            new PlanStep(0, [0, 1, 2], 7, false), new PlanStep(1, [3], 1, true) { Name = "another", Writes = [3] },
            new PlanStep(PlanStep.Transfer, [0, 4], 1, false) { Name = "x to the host", Writes = [4] },
        ],
        [[1, 2, 3, 4, 5, 6, 7, 8], []])
    {
        Loops = [new PlanLoop(0, 2, long.MaxValue), new PlanLoop(1, 1, 3, new PlanCondition(3, false))],
        Preparation = new ExecutionPlan("before", 64, 0, ["copy", "größer"],
            [new PlanBuffer("p", BufferKind.Output, DType.Float32, [2], 8, 0)], [new PlanStep(0, [0], 1, true) { Writes = [0] }], []),
    };

    [Test]
    public void What_is_written_is_read()
    {
        var read = Read(Bytes(Plan));
        Assert.Multiple(() =>
        {
            Assert.That(PlanPrinter.Print(read), Is.EqualTo(PlanPrinter.Print(Plan)));
            Assert.That(read.Constants, Is.EqualTo(Plan.Constants));
            Assert.That(read.Buffers.Select(b => (b.Name, b.Kind, b.Type, b.Bytes, b.Offset)),
                Is.EqualTo(Plan.Buffers.Select(b => (b.Name, b.Kind, b.Type, b.Bytes, b.Offset))));
            Assert.That(read.Loops, Is.EqualTo(Plan.Loops));
            Assert.That(read.Steps.Select(s => s.Writes), Is.EqualTo(Plan.Steps.Select(s => s.Writes)));
            Assert.That(read.Preparation!.Name, Is.EqualTo("before"));
            Assert.That(Bytes(read), Is.EqualTo(Bytes(Plan)));
        });
    }

    [Test]
    public void Too_few_bytes_are_an_error()
    {
        var bytes = Bytes(Plan);
        for (var length = 0; length < bytes.Length; length++)
            Assert.That(() => Read(bytes[..length]), Throws.TypeOf<EndOfStreamException>(), $"length {length}");
    }

    private static byte[] Bytes(ExecutionPlan plan)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        PlanFormat.Write(writer, plan);
        writer.Flush();
        return stream.ToArray();
    }

    private static ExecutionPlan Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        return PlanFormat.Read(reader);
    }
}
