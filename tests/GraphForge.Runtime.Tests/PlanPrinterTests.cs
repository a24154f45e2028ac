namespace GraphForge.Runtime.Tests;

public sealed class PlanPrinterTests
{
    [Test]
    public void A_preparation_follows_its_plan()
    {
        var preparation = new ExecutionPlan("before", 64, 0, ["square", "scale"],
            [new("w", BufferKind.State, DType.Float32, [3], 12, 0), new("w2.0", BufferKind.Output, DType.Float32, [3], 12, 0)],
            [new(0, [1, 0], 1, false) { Writes = [1] }], []);
        var plan = new ExecutionPlan("main", 64, 0, ["square", "scale"],
            [new("w2", BufferKind.Prepared, DType.Float32, [3], 12, 0), new("y", BufferKind.Output, DType.Float32, [3], 12, 0)],
            [new(1, [1, 0], 1, false) { Writes = [1] }], [])
        { Preparation = preparation };

        Assert.That(PlanPrinter.Print(plan), Is.EqualTo(
            """
            plan main
            arena 64 bytes, scratch 0 bytes per worker, constants 0 bytes

            buffers
              #  name  kind      dtype    dims  offset  bytes
              0  w2    prepared  float32  [3]   #0      12
              1  y     output    float32  [3]   0       12

            steps
              #  kernel  buffers    tasks
              0  scale   1:y, 0:w2  1

            plan before
            arena 64 bytes, scratch 0 bytes per worker, constants 0 bytes

            buffers
              #  name  kind    dtype    dims  offset  bytes
              0  w     state   float32  [3]   #0      12
              1  w2.0  output  float32  [3]   0       12

            steps
              #  kernel  buffers      tasks
              0  square  1:w2.0, 0:w  1

            """));
    }

    [Test]
    public void Values_in_host_memory_have_offsets_there()
    {
        var plan = new ExecutionPlan("main", 64, 0, ["square"],
            [new("y", BufferKind.Output, DType.Float32, [3], 12, 0), new("y_host", BufferKind.Host, DType.Float32, [3], 12, 128)],
            [new(0, [0], 1, false) { Writes = [0] }, new(PlanStep.Transfer, [0, 1], 1, true) { Name = "y to the host", Writes = [1] }], []);

        Assert.That(PlanPrinter.Print(plan), Is.EqualTo(
            """
            plan main
            arena 64 bytes, scratch 0 bytes per worker, constants 0 bytes, host 140 bytes

            buffers
              #  name    kind    dtype    dims  offset  bytes
              0  y       output  float32  [3]   0       12
              1  y_host  host    float32  [3]   128     12

            steps
              #  kernel                     buffers        tasks
              0  square                     0:y            1
              1  transfer as y to the host  0:y, 1:y_host  1      barrier

            """));
    }

    [Test]
    public void A_plan_reads_as_two_tables()
    {
        var plan = new ExecutionPlan(
            "tiny", 192, 64, ["scale", "sum"],
            [
                new("x", BufferKind.Input, DType.Float32, [2, 3], 24, 0),
                new("weight", BufferKind.State, DType.Float32, [3], 12, 0),
                new("two", BufferKind.Constant, DType.Int64, [], 8, 0),
                new("t", BufferKind.Intermediate, DType.Float32, [2, 3], 24, 64),
                new("total", BufferKind.Output, DType.Float32, [], 4, 128),
            ],
            [new(0, [0, 1, 2, 3], 2, false), new(1, [3, 4], 1, true)],
            [new byte[8]]);

        Assert.That(PlanPrinter.Print(plan), Is.EqualTo(
            """
            plan tiny
            arena 192 bytes, scratch 64 bytes per worker, constants 8 bytes

            buffers
              #  name    kind          dtype    dims    offset  bytes
              0  x       input         float32  [2, 3]  0       24
              1  weight  state         float32  [3]     #0      12
              2  two     constant      int64    []      #0      8
              3  t       intermediate  float32  [2, 3]  64      24
              4  total   output        float32  []      128     4

            steps
              #  kernel  buffers                    tasks
              0  scale   0:x, 1:weight, 2:two, 3:t  2
              1  sum     3:t, 4:total               1      barrier

            """));
    }

    [Test]
    public void Loops_are_a_third_table()
    {
        PlanStep step = new(0, [], 1, true);
        var plan = new ExecutionPlan("loops", 0, 0, ["k"], [], [step, step, step], [])
        {
            Loops = [new(0, 2, 10), new(2, 1, 1, new PlanCondition(7, false))],
        };
        Assert.That(PlanPrinter.Print(plan), Does.EndWith(
            """

            loops
              steps  iterations  while
              0..1   10
              2..2   1           7 is false

            """));
    }

    [Test]
    public void An_invalid_plan_can_be_printed_too()
    {
        var plan = new ExecutionPlan("broken", 0, 0, [], [], [new(3, [-1, 7], 1, false)], []);
        Assert.That(PlanPrinter.Print(plan), Does.EndWith("  0  ?3      ?-1, ?7  1\n"));
    }
}
